// SPDX-License-Identifier: Apache-2.0
// The genes of a hosted model, from one sample that is charged like any other: a generated one, whose columns they are.
process GEMFLOW_GENEORDER {
    tag "${reference}"
    label 'process_single'
    secret secrets.SYNTHESIZE_API_KEY ? 'SYNTHESIZE_API_KEY' : ''

    conda "${moduleDir}/../../gemflow/generate/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/gemflow:0.1.0--0'
        : 'quay.io/biocontainers/gemflow:0.1.0--0'}"

    input:
    tuple val(meta), val(reference)

    output:
    tuple val(meta), path("${prefix}.txt"), emit: txt
    tuple val("${task.process}"), val('gemflow'), eval("gemflow --version | sed -n 1p"), topic: versions, emit: versions_gemflow

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def generator = reference.replaceFirst(/_(predict-metadata|reference-conditioning)$/, '')
    """
    gemflow generate \\
        -o sample.csv \\
        --model '${generator}' \\
        --set sex=male \\
        ${args}
    sed -n 1p sample.csv | tr ',' '\\n' | sed 1d > ${prefix}.txt
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.txt
    """
}
