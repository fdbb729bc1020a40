# SPDX-License-Identifier: Apache-2.0
target_sources(gemflow_plugins PRIVATE
  synthesize_api/wire/count_list.cpp
  synthesize_api/wire/documents.cpp
  synthesize_api/wire/elements.cpp
  synthesize_api/wire/example_query.cpp
  synthesize_api/wire/json_reader.cpp
  synthesize_api/wire/json_text.cpp
  synthesize_api/wire/json_writer.cpp
  synthesize_api/wire/model_id.cpp
  synthesize_api/wire/predicted_fields.cpp
  synthesize_api/wire/refusal.cpp
  synthesize_api/wire/reply_counts.cpp
  synthesize_api/wire/reply_names.cpp
  synthesize_api/wire/reply_reader.cpp
  synthesize_api/wire/reply_writer.cpp
  synthesize_api/wire/request_reader.cpp
  synthesize_api/wire/request_writer.cpp
  synthesize_api/wire/window.cpp)
