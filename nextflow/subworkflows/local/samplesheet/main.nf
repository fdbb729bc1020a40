// SPDX-License-Identifier: Apache-2.0
// The samplesheet of nf-core/scdownstream, of which gemflow uses sample, filtered, counts_layer and label_col. What is wrong with it is
// said in one sentence, before anything runs.

def columnsUsed() {
    return ['sample', 'filtered', 'counts_layer', 'label_col']
}

// Those of scdownstream that say something else about a sample; not told, since nobody expects anything of them.
def columnsKnown() {
    return columnsUsed() + ['unfiltered', 'unified', 'batch_col', 'symbol_col', 'geneid_col', 'condition_col', 'donor_col', 'unknown_label',
        'min_genes', 'min_cells', 'min_counts_cell', 'min_counts_gene', 'max_mito_percentage', 'min_ribo_percentage', 'max_hb_percentage',
        'log1p_total_counts_nmads', 'log1p_n_genes_by_counts_nmads', 'pct_counts_in_top_20_genes_nmads', 'pct_counts_mt_nmads',
        'expected_cells', 'doublet_rate', 'ambient_correction', 'ambient_corrected_integration']
}

// A sheet may say more than is used here; it is told, since it may be a slip of the pen.
def checkColumns(header, sheet) {
    def missing = ['sample', 'filtered'] - header
    if (missing) {
        def split = header.any { column -> column =~ /[;\t]/ } ? '; the fields of a csv are parted by commas, of a tsv by tabs' : ''
        error("the samplesheet '${sheet.name}' has no column '${missing[0]}': its first line names the columns ${header.join(', ') ?: '(none)'}${split}")
    }
    def doubled = header.find { column -> header.count(column) > 1 }
    if (doubled) {
        error("the samplesheet '${sheet.name}' has two columns '${doubled}'")
    }
    def strange = header - columnsKnown()
    if (strange) {
        log.warn("the samplesheet '${sheet.name}' has a column '${strange.join("', '")}', which is not used: ${columnsUsed().join(', ')} are")
    }
}

// A path stands for itself, or beside the folder of the launch, or beside the samplesheet. Normal, so that one file has one name, in the cache too.
def countsOf(path, sheet, where) {
    def found = [file(path, glob: false), sheet.parent.resolve(path).normalize()].find { place -> place.exists() }
    if (!found) {
        error("${where}: '${path}' is not there, neither from where the run is launched nor beside the samplesheet")
    }
    // Nextflow 25.04.4 puts a file into a task's folder by a line of shell that does not escape these in the file's own name.
    if (found.name ==~ /.*[$`\\].*/) {
        error("${where}: the name of '${path}' has a '\$', a '`' or a '\\', which the shell of a task reads: give the file another name")
    }
    return found
}

def sampleOf(row, sheet, where) {
    if (!row.sample) {
        error("${where}: the sample has no name")
    }
    if (!(row.sample ==~ /[A-Za-z0-9][A-Za-z0-9_.-]*/)) {
        error("${where}: the sample '${row.sample}' has a name with other characters than letters, digits, '_', '.' and '-'")
    }
    if (!row.filtered) {
        def more = row.unfiltered ? ': unfiltered droplets are not annotated, filter them first' : ''
        error("${where}: the sample '${row.sample}' names no file in the column filtered${more}")
    }
    return [id: row.sample, counts: countsOf(row.filtered, sheet, where), layer: row.counts_layer ?: '', label_col: row.label_col ?: '']
}

// Its lines, each a list of fields.
def linesOf(sheet, path) {
    if (!sheet.isFile()) {
        error("the samplesheet '${path}' is not there${sheet.exists() ? ': it is a folder' : ''}")
    }
    try {
        return sheet.splitCsv(header: false, strip: true, quote: '"', sep: sheet.name.endsWith('.tsv') ? '\t' : ',')
    }
    catch (java.nio.charset.CharacterCodingException _e) {
        error("the samplesheet '${path}' is no text in UTF-8: --input takes a csv or tsv with the columns sample and filtered, which names the count files")
    }
}

// The samples in the order of the sheet: [id:, counts:, layer:, label_col:].
def readSamples(path) {
    def sheet = file(path, glob: false)
    def lines = linesOf(sheet, path)
    def header = lines ? lines[0] : []
    checkColumns(header, sheet)
    def samples = lines.drop(1).withIndex(2).collect { line, number ->
        if (line.size() != header.size()) {
            error("line ${number} of '${sheet.name}' has ${line.size()} fields, not ${header.size()} as its first line")
        }
        return sampleOf([header, line].transpose().collectEntries { pair -> [pair[0], pair[1]] }, sheet, "line ${number} of '${sheet.name}'")
    }
    if (!samples) {
        error("the samplesheet '${sheet.name}' has no samples below its first line")
    }
    def doubled = samples.countBy { one -> one.id }.find { entry -> entry.value > 1 }
    if (doubled) {
        error("the samplesheet '${sheet.name}' has ${doubled.value} samples '${doubled.key}': give each a name of its own")
    }
    return samples
}
