// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "gemflow/core/error.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// What HDF5 said last about a failed call, its innermost sentence; empty if nothing. Ask before any other HDF5 call.
[[nodiscard]] std::string last_reason();

/// "X/data": where an object (or a child of it) is in its file.
[[nodiscard]] std::string path_of(hid_t object, std::string_view child = {});

/// "reading 'pbmc.h5ad'", or "writing …" where the file is open for that.
[[nodiscard]] std::string doing_to(hid_t object);

/// An error about an object: "reading 'pbmc.h5ad': X/data <what>". What it holds is wrong: the kind is input.
[[nodiscard]] Error fault(hid_t object, std::string_view what, std::string hint = {}, std::string_view child = {});
/// The same with a kind of its own: unsupported, memory.
[[nodiscard]] Error fault(ErrorKind kind, hid_t object, std::string_view what, std::string hint = {});

/// A call on `object` failed: "X/data cannot be read (<HDF5's reason>)". Kind: io where the file is being written.
[[noreturn]] void fail(hid_t object, std::string_view what, std::string_view child = {});

/// Passes a result of HDF5 through; a negative one becomes an error. `what`: "cannot be read".
template <typename Result>
Result checked(Result result, hid_t object, std::string_view what, std::string_view child = {}) {
  if (result < 0) fail(object, what, child);
  return result;
}

}  // namespace gemflow::hdf5
