# SPDX-License-Identifier: Apache-2.0
target_sources(gemflow_plugins PRIVATE
  synthesize_api/api_query.cpp
  synthesize_api/digest.cpp
  synthesize_api/hosted/agreement.cpp
  synthesize_api/hosted/connection.cpp
  synthesize_api/hosted/dry_run.cpp
  synthesize_api/hosted/exchange.cpp
  synthesize_api/hosted/fetch.cpp
  synthesize_api/hosted/gene_orders.cpp
  synthesize_api/hosted/hosted_model.cpp
  synthesize_api/hosted/metadata_check.cpp
  synthesize_api/hosted/one_learner.cpp
  synthesize_api/hosted/output_counts.cpp
  synthesize_api/hosted/parts.cpp
  synthesize_api/hosted/trouble.cpp
  synthesize_api/hosted/verbatim.cpp
  synthesize_api/hosted/vocabulary.cpp
  synthesize_api/hosted/whole_answer.cpp
  synthesize_api/synthesize_api.cpp
  synthesize_api/wire/metadata_keys.cpp)
