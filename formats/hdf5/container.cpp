// SPDX-License-Identifier: Apache-2.0
#include "hdf5/container.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "gemflow/core/job.hpp"
#include "gemflow/core/nearest.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"

namespace gemflow::hdf5 {

bool is_hdf5(std::string_view head) noexcept {
  using namespace std::string_view_literals;
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n"sv;
  if (head.substr(0, signature.size()) == signature) return true;
  for (std::size_t at = 512; at + signature.size() <= head.size(); at *= 2) {
    if (head.substr(at, signature.size()) == signature) return true;
  }
  return false;
}

Error unknown_container(const std::filesystem::path& path) {
  const Handle file = open_to_read(path, silence());
  const std::string opening = fmt::format("opening '{}'", printable(path.string(), 4096));
  if (is_group(file, "mod")) {
    return {ErrorKind::unsupported, opening + ": it is a MuData file, with one h5ad for each modality in it",
            "write the modality as h5ad: mdata['rna'].write_h5ad('rna.h5ad')"};
  }
  if (is_group(file, "row_attrs") && is_group(file, "col_attrs")) {
    return {ErrorKind::unsupported, opening + ": it is a loom file, which is not read",
            "write it as h5ad: scanpy.read_loom('IN').write_h5ad('OUT.h5ad')"};
  }
  const std::vector<std::string> names = names_in(file);
  return {ErrorKind::input,
          fmt::format("{}: it is an HDF5 file, but neither h5ad nor 10x: its root holds {}", opening,
                      names.empty() ? "nothing" : quoted_names(names)),
          "gemflow formats lists what can be read"};
}

}  // namespace gemflow::hdf5
