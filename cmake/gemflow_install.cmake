# SPDX-License-Identifier: Apache-2.0
# Headers, libraries, the program, the embedded models, and what find_package(gemflow) needs.
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY gemflow_libraries)
install(TARGETS ${libraries} EXPORT gemflowTargets FILE_SET HEADERS)
install(TARGETS gemflow_cli RUNTIME)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/models/ DESTINATION ${CMAKE_INSTALL_DATADIR}/gemflow/models
  FILES_MATCHING PATTERN "*.gmodel")
install(EXPORT gemflowTargets NAMESPACE gemflow:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gemflow)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gemflowConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/gemflowConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gemflow)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/gemflowConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gemflowConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/gemflowConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gemflow)
