// SPDX-License-Identifier: Apache-2.0
process GEMFLOW_EVALUATE {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/gemflow:0.1.0--0'
        : 'quay.io/biocontainers/gemflow:0.1.0--0'}"

    input:
    tuple val(meta), path(counts, stageAs: 'input/*')
    tuple val(meta2), path(model, stageAs: 'model/*')

    output:
    tuple val(meta), path("${prefix}.txt"), emit: txt
    tuple val(meta), path("${prefix}.json"), emit: json
    tuple val("${task.process}"), val('gemflow'), eval("gemflow --version | sed -n 1p"), topic: versions, emit: versions_gemflow

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def reference = model ?: "'${meta2.id ?: 'default'}'" // Nextflow escapes a path itself
    def memory = task.memory ? "--memory ${task.memory.toMega().intdiv(5) * 4}M" : ''
    """
    gemflow evaluate \\
        ${reference} \\
        ${counts} \\
        --json=${prefix}.json \\
        --threads ${task.cpus} ${memory} \\
        ${args} > ${prefix}.txt
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.txt ${prefix}.json
    """
}
