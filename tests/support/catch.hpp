// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tests use only what Catch2 2.13 and 3 both have.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
