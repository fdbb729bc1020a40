// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/metadata_keys.hpp"

#include <array>

namespace gemflow::synthesize_api {
namespace {

constexpr std::string_view biological = "biological";
constexpr std::string_view perturbation = "perturbation";
constexpr std::string_view technical = "technical";

constexpr std::array<MetadataKey, 19> all_keys{{{"sex", biological},
                                                {"age_years", biological},
                                                {"sample_type", biological},
                                                {"tissue_ontology_id", biological},
                                                {"cell_type_ontology_id", biological},
                                                {"disease_ontology_id", biological},
                                                {"cell_line_ontology_id", biological},
                                                {"developmental_stage", biological},
                                                {"ethnicity", biological},
                                                {"race", biological},
                                                {"genotype", biological},
                                                {"perturbation_ontology_id", perturbation},
                                                {"perturbation_type", perturbation},
                                                {"perturbation_time", perturbation},
                                                {"perturbation_dose", perturbation},
                                                {"study", technical},
                                                {"library_selection", technical},
                                                {"library_layout", technical},
                                                {"platform", technical}}};

}  // namespace

std::span<const MetadataKey> metadata_keys() noexcept { return all_keys; }

}  // namespace gemflow::synthesize_api
