// SPDX-License-Identifier: Apache-2.0
process GEMFLOW_PLAN {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/gemflow:0.1.0--0'
        : 'quay.io/biocontainers/gemflow:0.1.0--0'}"

    input:
    tuple val(meta), path(counts, stageAs: 'input/*'), val(layer)
    tuple val(meta2), path(model, stageAs: 'model/*'), path(gene_order, stageAs: 'genes/*')

    output:
    tuple val(meta), path("${prefix}.csv"), emit: csv
    tuple val("${task.process}"), val('gemflow'), eval("gemflow --version | sed -n 1p"), topic: versions, emit: versions_gemflow

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def matrix = layer ? "--layer '${layer}'" : ''
    def asked = model ? "--model ${model}" : meta2.id ? "--model '${meta2.id}'" : '' // Nextflow escapes a path itself
    def order = gene_order ? "--gene-order ${gene_order}" : ''
    def memory = task.memory ? "--memory ${task.memory.toMega().intdiv(5) * 4}M" : ''
    """
    gemflow plan \\
        ${counts} \\
        -o ${prefix}.csv \\
        --sample '${meta.id}' \\
        ${matrix} ${asked} ${order} \\
        --threads ${task.cpus} ${memory} \\
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo "sample,file,task,start,end,n_tasks,layer,genes_by,memory_mb,seconds,bytes_to_send" > ${prefix}.csv
    echo "${meta.id},${counts},0,0,1,1,X,auto,512,6,0" >> ${prefix}.csv
    """
}
