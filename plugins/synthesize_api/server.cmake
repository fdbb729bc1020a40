# SPDX-License-Identifier: Apache-2.0
# A library of its own: whoever asks models does not get an HTTP server.
gemflow_library(serve
  BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR}/include
  HEADERS include/gemflow/serve.hpp
  SOURCES
    synthesize_api/server/answer_query.cpp
    synthesize_api/server/connections.cpp
    synthesize_api/server/endpoints.cpp
    synthesize_api/server/host_names.cpp
    synthesize_api/server/http_server.cpp
    synthesize_api/server/listening.cpp
    synthesize_api/server/open_query.cpp
    synthesize_api/server/queries.cpp
    synthesize_api/server/routes.cpp
    synthesize_api/server/secrets.cpp
    synthesize_api/server/serve.cpp
    synthesize_api/server/site.cpp
    synthesize_api/server/spool.cpp
    synthesize_api/server/status_page.cpp
  LINK_PUBLIC gemflow::plugins
  LINK_PRIVATE PkgConfig::MICROHTTPD nlohmann_json::nlohmann_json fmt::fmt Threads::Threads)
target_include_directories(gemflow_serve PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
