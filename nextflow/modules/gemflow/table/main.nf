// SPDX-License-Identifier: Apache-2.0
process GEMFLOW_TABLE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/gemflow:0.1.0--0'
        : 'quay.io/biocontainers/gemflow:0.1.0--0'}"

    input:
    tuple val(meta), path(h5ad, stageAs: 'input/*')
    val what

    output:
    tuple val(meta), path("${prefix}.tsv"), emit: tsv
    tuple val("${task.process}"), val('gemflow'), eval("gemflow --version | sed -n 1p"), topic: versions, emit: versions_gemflow

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}_${what}"
    def memory = task.memory ? "--memory ${task.memory.toMega().intdiv(5) * 4}M" : ''
    """
    gemflow table \\
        ${h5ad} \\
        --what ${what} \\
        -o ${prefix}.tsv \\
        --threads ${task.cpus} ${memory} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}_${what}"
    """
    touch ${prefix}.tsv
    """
}
