# SPDX-License-Identifier: Apache-2.0
gemflow_tests(unit_journal LABEL unit LINK gemflow::plugins SQLite::SQLite3 PkgConfig::ZSTD Threads::Threads
  SOURCES
    synthesize_api/journal_test.cpp
    synthesize_api/journal_damage_test.cpp
    synthesize_api/journal_kill_test.cpp
    synthesize_api/journal_lock_test.cpp
    synthesize_api/journal_reply_test.cpp
    synthesize_api/journal_summary_test.cpp)
target_include_directories(unit_journal PRIVATE ${PROJECT_SOURCE_DIR}/plugins)

add_test(NAME "unit: a journal survives two hundred kills" COMMAND unit_journal "a journal survives kills at any moment")
set_tests_properties("unit: a journal survives two hundred kills" PROPERTIES LABELS slow ENVIRONMENT "GEMFLOW_KILLS=200")
