#!/usr/bin/env nextflow
// SPDX-License-Identifier: Apache-2.0
// gemflow as a pipeline: from a samplesheet of count files, or a table of conditions, to annotated, perturbed or synthetic cells.
include { GEMFLOW } from './workflows/gemflow'

workflow {
    GEMFLOW()
}
