// SPDX-License-Identifier: Apache-2.0
// A plan for each file, a task for each of its rows, and the parts put together again as soon as a sample's own are there.
include { GEMFLOW_CONDITION       } from '../../../modules/gemflow/condition'
include { GEMFLOW_MERGE           } from '../../../modules/gemflow/merge'
include { GEMFLOW_PLAN            } from '../../../modules/gemflow/plan'
include { GEMFLOW_PREDICTMETADATA } from '../../../modules/gemflow/predictmetadata'

workflow SCATTER {
    take:
    ch_samples // channel: [meta(id), counts, layer or '']
    ch_model   // value channel: [meta2, model or [], gene_order or []]
    conditions // table of conditions, or []

    main:
    GEMFLOW_PLAN(ch_samples, ch_model)

    // Layer and kind of gene ids are decided once for a file, by its plan: all its tasks do the same.
    def ch_counts = ch_samples.map { meta, counts, _layer -> [meta, counts] }
    def ch_tasks = GEMFLOW_PLAN.out.csv.join(ch_counts).flatMap { meta, plan, counts ->
        plan.splitCsv(header: true).collect { row ->
            def task_meta = [id: meta.id, start: row.start.toLong(), n_tasks: row.n_tasks.toInteger()]
            [task_meta, counts, "${row.start}:${row.end}".toString(), row.layer, row.genes_by]
        }
    }
    def ch_parts = channel.empty()
    def ch_json = channel.empty()
    if (params.mode == 'condition') {
        GEMFLOW_CONDITION(ch_tasks, conditions, ch_model)
        ch_parts = GEMFLOW_CONDITION.out.h5ad
        ch_json = GEMFLOW_CONDITION.out.json
    }
    else {
        GEMFLOW_PREDICTMETADATA(ch_tasks, ch_model)
        ch_parts = GEMFLOW_PREDICTMETADATA.out.h5ad
        ch_json = GEMFLOW_PREDICTMETADATA.out.json
    }

    // Sorted, since the order in which tasks end must not reach a task's hash.
    def ch_whole = ch_parts
        .map { meta, part -> [groupKey(meta.id, meta.n_tasks), [meta.start, part]] }
        .groupTuple()
        .map { key, parts -> [[id: key.toString()], parts.sort { a, b -> a[0] <=> b[0] }.collect { pair -> pair[1] }] }
        .join(ch_counts)
        .map { meta, parts, counts -> [meta + [asked: "${params.max_outliers}"], params.mode == 'condition' && params.new_cells ? [] : counts, parts] }
    GEMFLOW_MERGE(ch_whole)
    h5ad = GEMFLOW_MERGE.out.h5ad.map { meta, whole -> [[id: meta.id], whole] }
    json = ch_json.mix(GEMFLOW_MERGE.out.json).map { meta, summary -> [[id: meta.id], summary] }

    emit:
    h5ad // channel: [meta, h5ad]
    json // channel: [meta, summary as JSON]
}
