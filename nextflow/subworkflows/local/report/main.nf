// SPDX-License-Identifier: Apache-2.0
// What MultiQC reads (custom content, *_mqc.json), from the commands' own summaries, and the versions of what ran.

// A failed task stops the run: operators are interrupted then, and end with what they have. A file written at that moment would be of half
// the samples, and an interrupted collectFile makes Nextflow 25.04.4 kill the tasks that it is about to finish. Hence nothing is written before all is there,
// and without collectFile's sorting, which takes long enough to be interrupted.
def isStopped() {
    return workflow.errorReport != null
}

def contentOf(id, title, description, kind, data) {
    def config = [id: "${id}_plot".toString(), title: "gemflow: ${title}".toString()]
    def content = [id: id, section_name: title, description: description, plot_type: kind, pconfig: config, data: data]
    return groovy.json.JsonOutput.prettyPrint(groovy.json.JsonOutput.toJson(content)) + '\n'
}

// Labels of all parts of a sample, added up: {field: {sample: {label: cells}}}.
def labelsOf(answers) {
    def fields = [:]
    answers.each { sample, results ->
        results.each { result ->
            result.labels.each { field, labels ->
                def counts = fields.get(field, [:]).get(sample, [:])
                labels.each { entry -> counts[entry.label] = (counts[entry.label] ?: 0) + entry.n_cells }
            }
        }
    }
    return fields
}

def geneMatchOf(result) {
    def genes = result.genes
    return [genes_by: genes.by, genes_found: genes.n_found, genes_of_the_model: genes.n_model,
        genes_found_percent: 100 * genes.share_of_genes, expression_found_percent: genes.share_of_expression == null ? null : 100 * genes.share_of_expression]
}

def cellsOf(result) {
    def outliers = result.n_outliers == null ? [:] : [outliers: result.n_outliers, outliers_percent: result.n_cells ? 100 * result.n_outliers / result.n_cells : 0]
    return [cells: result.n_cells, empty_cells: result.n_empty ?: 0, tasks: result.n_parts] + outliers
}

// What commands warned of, once each; their own words stand in the tasks' logs, where nobody looks.
def warningsOf(read) {
    return read.groupBy { sample, _summary -> sample }
        .collectEntries { sample, entries -> [sample, entries.collectMany { entry -> entry[1].warnings ?: [] }.unique()] }
        .findAll { _sample, warnings -> warnings }
        .collectEntries { sample, warnings -> [sample, [warnings: warnings.join('; ')]] }
}

// {sample: [results]} of these commands.
def resultsOf(read, commands) {
    return read.findAll { _sample, summary -> summary.command in commands }
        .groupBy { sample, _summary -> sample }
        .collectEntries { sample, entries -> [sample, entries.collect { entry -> entry[1].result }] }
}

// [name of a file, its text] for each, from [sample, summary] in a fixed order.
def reportsOf(summaries) {
    def read = summaries.collect { sample, json -> [sample, new groovy.json.JsonSlurper().parseText(json.text)] }
    def answers = resultsOf(read, ['predict-metadata', 'condition'])
    def reports = []
    def inspected = resultsOf(read, ['inspect']).collectEntries { sample, results ->
        [sample, results[0].subMap(['format', 'n_cells', 'n_genes', 'counts_in', 'gene_ids'])] }
    if (inspected) {
        reports << ['gemflow_inputs_mqc.json', contentOf('gemflow_inputs', 'Inputs', 'What the files are.', 'table', inspected)]
    }
    def matched = answers.findAll { _sample, results -> results[0].genes }.collectEntries { sample, results -> [sample, geneMatchOf(results[0])] }
    if (matched) {
        reports << ['gemflow_genes_mqc.json', contentOf('gemflow_genes', 'Genes', 'Genes of the model that the files have.', 'table', matched)]
    }
    def cells = resultsOf(read, ['merge']).collectEntries { sample, results -> [sample, cellsOf(results[0])] }
    if (cells) {
        reports << ['gemflow_cells_mqc.json', contentOf('gemflow_cells', 'Cells', 'Outliers are unlike what the model has seen.', 'table', cells)]
    }
    def warnings = warningsOf(read)
    if (warnings) {
        reports << ['gemflow_warnings_mqc.json', contentOf('gemflow_warnings', 'Warnings', 'What the commands warned of.', 'table', warnings)]
    }
    labelsOf(answers).each { field, data ->
        reports << ["gemflow_${field}_mqc.json".toString(),
            contentOf("gemflow_${field}".toString(), "Predicted ${field}".toString(), 'Cells with each label.', 'bargraph', data)]
    }
    return reports
}

workflow REPORT {
    take:
    ch_json // channel: [meta, summary of a command as JSON]

    main:
    ch_json
        .filter { _meta, json -> json.size() > 0 } // a stub's is empty
        .map { meta, json -> [meta.id, json] }
        .toSortedList { a, b -> a[0] <=> b[0] ?: a[1].name <=> b[1].name }
        .filter { _summaries -> !isStopped() }
        .flatMap { summaries -> reportsOf(summaries) }
        .collectFile(storeDir: "${params.outdir}/multiqc", sort: false) { name, text -> [name, text] }

    channel.topic('versions')
        .map { process, tool, version -> [process.tokenize(':').last(), tool, version] }
        .unique()
        .map { process, tool, version -> "${process}:\n    ${tool}: ${version}\n".toString() }
        .mix(channel.of("Workflow:\n    Nextflow: ${workflow.nextflow.version}\n".toString()))
        .toSortedList()
        .filter { _versions -> !isStopped() }
        .map { versions -> versions.join('') }
        .collectFile(name: 'gemflow_software_mqc_versions.yml', storeDir: "${params.outdir}/pipeline_info", sort: false)
}
