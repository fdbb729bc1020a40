# SPDX-License-Identifier: Apache-2.0
# Plants sentences that no test expects, and some that one does:  cmake -D WORK=folder -P tests/errors_test.cmake
cmake_minimum_required(VERSION 3.25)
set(tree "${WORK}/errors_tree")

# expect(SOURCE code TESTED text [UNMET words]): errors.cmake on this code and this expected output names the words, or passes.
function(expect)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE;TESTED;UNMET" "")
  file(REMOVE_RECURSE "${tree}")
  file(WRITE "${tree}/formats/a.cpp" "${arg_SOURCE}")
  file(WRITE "${tree}/tests/cli/inspect/expected.txt" "${arg_TESTED}")
  execute_process(COMMAND ${CMAKE_COMMAND} -D SOURCE=${tree} -P ${CMAKE_CURRENT_LIST_DIR}/errors.cmake
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(arg_UNMET)
    string(FIND "${output}" "formats/a.cpp: ${arg_UNMET}" where)
    if(result EQUAL 0 OR where EQUAL -1)
      message(SEND_ERROR "'${arg_UNMET}' is not reported for:\n${arg_SOURCE}\n${output}")
    endif()
  elseif(NOT result EQUAL 0 OR NOT output MATCHES "errors: [1-9]")
    message(SEND_ERROR "not found to be met:\n${arg_SOURCE}\n${output}")
  endif()
endfunction()

set(thrown [=[throw Error(ErrorKind::input, "the moon is made of cheese");]=])
expect(SOURCE "${thrown}" TESTED "gemflow: the moon is made of cheese\n")
expect(SOURCE "${thrown}" TESTED "gemflow: the moon is made of stone\n" UNMET "the moon is made of cheese")
expect(SOURCE "${thrown}" TESTED "" UNMET "the moon is made of cheese")

# Pieces between placeholders: the longest one counts, with quotes and colons at its ends left out.
set(formatted [=[throw fault(kind, fmt::format("'{}' has {} cells; [only] {:.1f} are wanted: {}", a, b, c, d), "try again, please");]=])
expect(SOURCE "${formatted}" TESTED "gemflow: 'x.h5ad' has 3 cells; [only] 4.0 are wanted: no")
expect(SOURCE "${formatted}" TESTED "try again, please" UNMET "cells, [only]")

# Adjacent literals are one sentence; a comment is none; what stands in a comment is no construction.
set(adjacent "auto e = input_error(path,  // \"first\nfmt::format(\"the one \"\n   \"and the other {}\", n));\n// Error(\"in a comment only\");\n")
expect(SOURCE "${adjacent}" TESTED "the one and the other 7")
expect(SOURCE "${adjacent}" TESTED "the other 7" UNMET "the one and the other")

# Too short to look for: the next literal of the construction is taken.
expect(SOURCE [=[throw Error(kind, fmt::format("{}: {}", a, b), "run 'gemflow inspect' on it");]=]
  TESTED "nothing" UNMET "run 'gemflow inspect' on it")
file(REMOVE_RECURSE "${tree}")
