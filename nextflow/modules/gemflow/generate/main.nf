// SPDX-License-Identifier: Apache-2.0
process GEMFLOW_GENERATE {
    tag "${meta.id}"
    label 'process_low'
    secret secrets.SYNTHESIZE_API_KEY ? 'SYNTHESIZE_API_KEY' : ''

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/gemflow:0.1.0--0'
        : 'quay.io/biocontainers/gemflow:0.1.0--0'}"

    input:
    tuple val(meta), path(conditions, stageAs: 'conditions/*'), val(rows)
    tuple val(meta2), path(model, stageAs: 'model/*'), path(gene_order, stageAs: 'genes/*')

    output:
    tuple val(meta), path("${prefix}.h5ad"), emit: h5ad
    tuple val(meta), path("${prefix}.json"), emit: json
    tuple val("${task.process}"), val('gemflow'), eval("gemflow --version | sed -n 1p"), topic: versions, emit: versions_gemflow

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: (rows ? "${meta.id}_${rows.replace(':', '-')}" : "${meta.id}")
    def table = conditions ? "--conditions ${conditions}" : ''
    def part = rows ? "--rows ${rows} --part" : ''
    def asked = model ? "--model ${model}" : meta2.id ? "--model '${meta2.id}'" : '' // Nextflow escapes a path itself
    def order = gene_order ? "--gene-order ${gene_order}" : ''
    def memory = task.memory ? "--memory ${task.memory.toMega().intdiv(5) * 4}M" : ''
    """
    gemflow generate \\
        -o ${prefix}.h5ad \\
        ${table} ${part} \\
        ${asked} ${order} \\
        --json=${prefix}.json \\
        --threads ${task.cpus} ${memory} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: (rows ? "${meta.id}_${rows.replace(':', '-')}" : "${meta.id}")
    """
    touch ${prefix}.h5ad ${prefix}.json
    """
}
