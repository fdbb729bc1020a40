// SPDX-License-Identifier: Apache-2.0
// Synthetic cells from a table of conditions, some lines a task.
include { GEMFLOW_GENERATE } from '../../../modules/gemflow/generate'
include { GEMFLOW_MERGE    } from '../../../modules/gemflow/merge'

// The lines of a table, or the inputs of a query in the API's own words.
def conditionsOf(table) {
    if (table.name.endsWith('.json')) {
        def json = new groovy.json.JsonSlurper().parseText(table.text)
        return json instanceof List ? json : json.inputs
    }
    return table.splitCsv(header: true, sep: table.name.endsWith('.csv') ? ',' : '\t')
}

workflow SYNTHETIC {
    take:
    conditions // table of conditions
    ch_model   // value channel: [meta2, model or [], gene_order or []]

    main:
    def n = conditionsOf(conditions).size()
    def name = conditions.baseName.replaceAll('[^A-Za-z0-9_.-]+', '_') // a task's files are called so, and its shell reads it
    if (n == 0) {
        error("the table of conditions '${conditions.name}' has no line below its first")
    }
    def step = params.conditions_per_task as Integer
    def starts = (0..<n).findAll { row -> row % step == 0 }
    def ch_tasks = channel.fromList(starts).map { start ->
        [[id: name, start: start], conditions, "${start}:${[start + step, n].min()}".toString()]
    }
    GEMFLOW_GENERATE(ch_tasks, ch_model)
    GEMFLOW_MERGE(
        GEMFLOW_GENERATE.out.h5ad
            .toSortedList { a, b -> a[0].start <=> b[0].start }
            .map { parts -> [[id: name], [], parts.collect { pair -> pair[1] }] }
    )
    h5ad = GEMFLOW_MERGE.out.h5ad

    emit:
    h5ad // channel: [meta, h5ad]
}
