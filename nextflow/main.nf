#!/usr/bin/env nextflow
// SPDX-License-Identifier: Apache-2.0
// gemflow as a pipeline: from a samplesheet of count files, or a table of conditions, to annotated, perturbed or synthetic cells.
include { GEMFLOW    } from './workflows/gemflow'
include { helpOf     } from './subworkflows/local/parameters'
include { readSchema } from './subworkflows/local/parameters'

def sayEnd() {
    if (workflow.stats.ignoredCount > 0) {
        def why = "nextflow log ${workflow.runName} -f name,exit,stderr -F 'status==\"FAILED\"'"
        log.warn("the tasks named above failed: '${params.outdir}/pipeline_info/samples.tsv' says which samples have no result, and why is told by: ${why}")
    }
    else if (workflow.success && !params.help) {
        log.info("results are in '${params.outdir}'")
    }
}

workflow {
    if (params.help) {
        println(helpOf(readSchema()))
    }
    else {
        GEMFLOW()
    }
    workflow.onComplete {
        sayEnd()
    }
}
