// SPDX-License-Identifier: Apache-2.0
// The four modes: predict and condition (samplesheet), generate (table of conditions), train (one sample teaches, the others are predicted).
include { checkAgainstSchema       } from '../subworkflows/local/parameters'
include { readSamples              } from '../subworkflows/local/samplesheet'
include { SCATTER as PREDICT       } from '../subworkflows/local/scatter'
include { SCATTER as PERTURB       } from '../subworkflows/local/scatter'
include { SYNTHETIC                } from '../subworkflows/local/synthetic'
include { conditionsOf             } from '../subworkflows/local/synthetic'
include { REPORT                   } from '../subworkflows/local/report'
include { isStopped                } from '../subworkflows/local/report'
include { GEMFLOW_CONVERT          } from '../modules/gemflow/convert'
include { GEMFLOW_INSPECT          } from '../modules/gemflow/inspect'
include { GEMFLOW_TABLE            } from '../modules/gemflow/table'
include { GEMFLOW_TRAIN            } from '../modules/gemflow/train'
include { GEMFLOW_GENEORDER        } from '../modules/local/geneorder'

def fileOf(path, parameter) {
    def found = file(path, glob: false)
    if (!found.exists()) {
        error("'${path}' is not there, which --${parameter} names")
    }
    return found
}

def optionalFile(path, parameter) {
    return path ? fileOf(path, parameter) : []
}

// [meta2, file or []]: a file where there is one of that name, else the name of a model; nothing: the embedded default.
def modelOf(reference) {
    if (!reference) {
        return [[:], []]
    }
    def path = file(reference, glob: false)
    if (!reference.startsWith('synthesize:') && path.exists()) {
        return [[id: path.baseName], path]
    }
    if (reference.endsWith('.gmodel')) {
        error("the model '${reference}' is not there: --model takes a .gmodel file or the name of a model (gemflow models lists them)")
    }
    return [[id: reference], []]
}

// Several conditions, or samples of each cell, make cells of their own: asked for before the parts are made, not when they are merged.
def checkNewCells() {
    def conditions = params.conditions ? conditionsOf(fileOf(params.conditions, 'conditions')) : []
    def drawn = conditions.any { one -> "${one.num_samples ?: 1}".trim() != '1' }
    def words = "${params.condition_args}" =~ /--new-cells|--num-samples[ =]+(?!1\b)/
    if (!params.new_cells && (conditions.size() > 1 || drawn || words.find())) {
        error("several conditions, several samples of a cell and --new-cells make cells of their own, in a file of their own: add --new_cells")
    }
}

def checkParams() {
    checkAgainstSchema()
    if (params.mode == 'generate' && !params.conditions) {
        error("--mode generate needs --conditions TABLE, one condition a line")
    }
    if (params.mode == 'condition' && !params.conditions && !params.condition_args) {
        error("--mode condition needs --conditions TABLE, or --condition_args '--set KEY=VALUE'")
    }
    if (params.mode == 'condition') {
        checkNewCells()
    }
    if (params.mode != 'generate' && !params.input) {
        error("--mode ${params.mode} needs --input SAMPLESHEET, with the columns sample and filtered")
    }
    if (params.mode == 'train' && !params.train_sample) {
        error("--mode train needs --train_sample, the sample of the samplesheet that is learnt from")
    }
    if ('mismatches' in "${params.tables}".tokenize(',') && !"${params.predict_args}".contains('--check')) {
        error("--tables mismatches needs labels to compare with: --predict_args '--check OBS_COLUMN=FIELD'")
    }
}

// What the commands' further words are made of. The strict parser of Nextflow 25.04.4 leaves ext.args out of a task's hash
// (nextflow-io/nextflow#6695): in its meta map they are part of it, and -resume runs again what is asked in other words.
def asked(names) {
    return names.collect { name -> "${name}=${params[name]}" }.join(' ')
}

def trainedOn(samples) {
    def one = samples.find { sample -> sample.id == "${params.train_sample}".toString() }
    if (!one) {
        error("the samplesheet has no sample '${params.train_sample}', which --train_sample names")
    }
    if (!params.train_fields && !one.label_col) {
        error("sample '${one.id}' has no label_col to learn cell types from: fill it, or give --train_fields KEY=OBS_COLUMN")
    }
    return one
}

// One line a sample: those without a result failed, and --keep_going let the others go on.
def stateOf(id, h5ad) {
    return "${id}\t${h5ad ? 'done' : 'failed'}\n".toString()
}

// Two tasks may not hold one journal, and nobody wants to pay twice for one file.
def checkPaidOnce(samples) {
    def twice = samples.groupBy { one -> one.counts.toAbsolutePath().normalize().toString() }.find { entry -> entry.value.size() > 1 }
    if (twice) {
        error("samples '${twice.value[0].id}' and '${twice.value[1].id}' are one file, for which a hosted model would be paid twice: '${twice.key}'")
    }
}

workflow GEMFLOW {
    main:
    checkParams()
    def samples = params.mode == 'generate' ? [] : readSamples(params.input)
    def ch_samples = channel.fromList(samples).map { one -> [[id: one.id], one.counts, one.layer] }
    def words = asked(['cells_per_task', 'seconds_per_task', 'new_cells', "${params.mode == 'train' ? 'predict' : params.mode}_args"])
    def model = modelOf(params.model)
    def is_hosted = "${params.model}".startsWith('synthesize:')

    if (is_hosted) {
        checkPaidOnce(samples)
    }

    // The genes of a hosted model are learnt by one charged call, once, before the fan-out.
    def ch_genes = channel.value(optionalFile(params.gene_order, 'gene_order'))
    if (is_hosted && !params.gene_order && params.mode in ['predict', 'condition']) {
        GEMFLOW_GENEORDER([[id: 'gene_order'], params.model])
        ch_genes = GEMFLOW_GENEORDER.out.txt.map { _meta, txt -> txt }
    }
    def ch_model = ch_genes.map { genes -> [model[0] + [asked: words], model[1], genes] }

    def ch_out = channel.empty()
    def ch_json = channel.empty()
    if (params.mode == 'generate') {
        SYNTHETIC(fileOf(params.conditions, 'conditions'), ch_model)
        ch_out = SYNTHETIC.out.h5ad
    }
    else {
        GEMFLOW_INSPECT(ch_samples.map { meta, counts, _layer -> [meta, counts] })
        ch_json = GEMFLOW_INSPECT.out.json
    }
    if (params.mode == 'condition') {
        PERTURB(ch_samples, ch_model, optionalFile(params.conditions, 'conditions'))
        ch_out = PERTURB.out.h5ad
        ch_json = ch_json.mix(PERTURB.out.json)
    }
    if (params.mode == 'train') {
        def one = trainedOn(samples)
        def fields = params.train_fields ? params.train_fields.tokenize(',') : ["cell_type=${one.label_col}".toString()]
        GEMFLOW_TRAIN([[id: one.id, asked: asked(['train_args'])], one.counts, one.layer], fields)
        ch_json = ch_json.mix(GEMFLOW_TRAIN.out.json.map { meta, json -> [[id: meta.id], json] })
        ch_model = GEMFLOW_TRAIN.out.gmodel.map { _meta, gmodel -> [[id: one.id, asked: words], gmodel, []] }
        ch_samples = ch_samples.filter { meta, _counts, _layer -> meta.id != one.id }
    }
    if (params.mode in ['predict', 'train']) {
        PREDICT(ch_samples, ch_model, [])
        ch_out = PREDICT.out.h5ad
        ch_json = ch_json.mix(PREDICT.out.json)
    }

    ch_samples.map { meta, _counts, _layer -> [meta, meta.id] }
        .join(ch_out, remainder: true)
        .filter { _meta, id, _h5ad -> id }
        .map { _meta, id, h5ad -> stateOf(id, h5ad) }
        .toSortedList()
        .filter { states -> states && !isStopped() }
        .map { states -> 'sample\tstate\n' + states.join('') }
        .collectFile(name: 'samples.tsv', storeDir: "${params.outdir}/pipeline_info", sort: false)

    // Side tables, and all samples in one file.
    def tables = "${params.tables ?: (params.mode in ['predict', 'train'] ? 'labels' : '')}".tokenize(',')
    def ch_tables = ch_out.combine(channel.fromList(tables))
    GEMFLOW_TABLE(ch_tables.map { meta, h5ad, _what -> [meta, h5ad] }, ch_tables.map { _meta, _h5ad, what -> what })
    if (params.merged && params.mode != 'generate') {
        GEMFLOW_CONVERT(
            ch_out.map { _meta, h5ad -> h5ad }
                .toSortedList { a, b -> a.name <=> b.name }
                .filter { all -> all.size() > 1 }
                .map { all -> [[id: 'merged', asked: asked(['join'])], all] },
            [],
            'h5ad'
        )
    }
    REPORT(ch_json)
}
