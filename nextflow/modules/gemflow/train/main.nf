// SPDX-License-Identifier: Apache-2.0
process GEMFLOW_TRAIN {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/gemflow:0.1.0--0'
        : 'quay.io/biocontainers/gemflow:0.1.0--0'}"

    input:
    tuple val(meta), path(counts, stageAs: 'input/*'), val(layer)
    val fields

    output:
    tuple val(meta), path("${prefix}.gmodel"), emit: gmodel
    tuple val(meta), path("${prefix}.json"), emit: json
    tuple val("${task.process}"), val('gemflow'), eval("gemflow --version | sed -n 1p"), topic: versions, emit: versions_gemflow

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def matrix = layer ? "--layer '${layer}'" : ''
    def learnt = [fields].flatten().collect { field -> "--field '${field}'" }.join(' ')
    def memory = task.memory ? "--memory ${task.memory.toMega().intdiv(5) * 4}M" : ''
    """
    gemflow train \\
        ${counts} \\
        -o ${prefix}.gmodel \\
        ${matrix} ${learnt} \\
        --json=${prefix}.json \\
        --threads ${task.cpus} ${memory} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.gmodel ${prefix}.json
    """
}
