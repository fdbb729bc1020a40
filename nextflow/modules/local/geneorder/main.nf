// SPDX-License-Identifier: Apache-2.0
// The genes of a hosted model, from the model's own example with one sample, which is charged like any other: the columns of the answer.
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
    def args2 = task.ext.args2 ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def generator = reference.replaceFirst(/_(predict-metadata|reference-conditioning)$/, '')
    """
    gemflow models '${generator}' --example-query ${args2} > example.json
    sed -E 's/("num_samples": *)[0-9]+/\\11/' example.json > query.json
    gemflow query query.json -o sample.csv --model '${generator}' ${args}
    sed -n 1p sample.csv | tr ',' '\\n' | sed 1d > ${prefix}.txt
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.txt
    """
}
