// SPDX-License-Identifier: Apache-2.0
process GEMFLOW_MERGE {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/gemflow:0.1.0--0'
        : 'quay.io/biocontainers/gemflow:0.1.0--0'}"

    input:
    tuple val(meta), path(counts, stageAs: 'input/*'), path(parts, stageAs: 'parts/*')

    output:
    tuple val(meta), path("${prefix}.h5ad"), emit: h5ad
    tuple val(meta), path("${prefix}.json"), emit: json
    tuple val("${task.process}"), val('gemflow'), eval("gemflow --version | sed -n 1p"), topic: versions, emit: versions_gemflow

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def memory = task.memory ? "--memory ${task.memory.toMega().intdiv(5) * 4}M" : ''
    """
    gemflow merge \\
        ${counts ?: ''} \\
        ${parts} \\
        -o ${prefix}.h5ad \\
        --json=${prefix}.json \\
        --threads ${task.cpus} ${memory} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.h5ad ${prefix}.json
    """
}
