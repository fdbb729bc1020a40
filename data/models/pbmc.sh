#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How pbmc.gmodel was made:  data/models/pbmc.sh KANG_PBMC.h5ad [OUT.gmodel]     (gemflow on the PATH, or GEMFLOW=…)
#
# The input: 2,000 blood cells of GSE96583 (Kang et al. 2018, Nature Biotechnology 36:89) with the study's own labels, 9,015 genes,
# half of the cells with interferon beta for 6 hours. 987 of them, nearly all of the treated ones, have no cell type and no donor.
# Donors are learnt as a technical effect; what they are called stays out of the file. One seed gives the same bytes.
set -eu
in=${1:?the cells: kang_pbmc.h5ad}
out=${2:-$(dirname "$0")/pbmc.gmodel}

exec "${GEMFLOW:-gemflow}" train "$in" -o "$out" --overwrite \
  --id pbmc --licence CC0-1.0 \
  --trained-on "2,000 blood cells of 8 lupus patients, half of them with interferon beta (GSE96583, Kang et al. 2018)" \
  --field biological:cell_type_ontology_id=cell_type_ontology_id --names cell_type_ontology_id=cell_type \
  --field perturbation:perturbation_type=perturbation_type \
  --field perturbation:perturbation_ontology_id=perturbation_ontology_id \
  --names perturbation_ontology_id=perturbation_name \
  --field technical:donor_id=donor_id --anonymous donor_id
