# SPDX-License-Identifier: Apache-2.0
# The Pythons that tests use. GEMFLOW_ORACLE_PYTHON has anndata and scanpy (scripts/oracle-venv makes it): given with -D, else
# taken from the environment, else build/oracle. GEMFLOW_H5PY_PYTHON has at least h5py. Either may be empty.

set(GEMFLOW_ORACLE_PYTHON "" CACHE FILEPATH "Python with anndata and scanpy; empty: look for it")
set(places "${GEMFLOW_ORACLE_PYTHON}" "$ENV{GEMFLOW_ORACLE_PYTHON}" "$ENV{GEMFLOW_ORACLE_VENV}/bin/python"
  "${PROJECT_SOURCE_DIR}/build/oracle/bin/python")
set(GEMFLOW_ORACLE_PYTHON "")
set(GEMFLOW_H5PY_PYTHON "")
foreach(place IN LISTS places)
  if(place AND EXISTS "${place}" AND NOT GEMFLOW_ORACLE_PYTHON)
    execute_process(COMMAND ${place} -c "import anndata" RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
    if(result EQUAL 0)
      set(GEMFLOW_ORACLE_PYTHON ${place})
    endif()
  endif()
endforeach()
foreach(place ${GEMFLOW_ORACLE_PYTHON} /usr/bin/python3 python3)
  if(NOT GEMFLOW_H5PY_PYTHON)
    execute_process(COMMAND ${place} -c "import h5py" RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
    if(result EQUAL 0)
      set(GEMFLOW_H5PY_PYTHON ${place})
    endif()
  endif()
endforeach()
message(STATUS "Oracles: ${GEMFLOW_ORACLE_PYTHON}; h5py: ${GEMFLOW_H5PY_PYTHON}")

# gemflow_oracle_test(name script.py argument…): one ctest test that compares with other people's software. The script exits 77
# to be skipped; without an oracle it is skipped with that word.
function(gemflow_oracle_test name script)
  if(GEMFLOW_ORACLE_PYTHON)
    add_test(NAME "oracle: ${name}" COMMAND ${GEMFLOW_ORACLE_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${ARGN})
  else()
    add_test(NAME "oracle: ${name}" COMMAND sh -c "echo 'skipped: no Python with anndata, scripts/oracle-venv makes one'; exit 77")
  endif()
  set_tests_properties("oracle: ${name}" PROPERTIES LABELS oracle SKIP_RETURN_CODE 77
    ENVIRONMENT "GEMFLOW_SHARED=${GEMFLOW_SHARED};GEMFLOW_SOURCE=${PROJECT_SOURCE_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()
