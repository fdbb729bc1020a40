// SPDX-License-Identifier: Apache-2.0
#include "h5ad/output_file.hpp"

#include <string>

#include "hdf5/file.hpp"

namespace gemflow::h5ad {

OutputFile::OutputFile(const std::filesystem::path& out, const DestinationOptions& options, Job& job)
    : destination_(out, options, job) {
  guarded([&] {
    file_ = hdf5::create_file(destination_.hidden());
    descriptor_ = hdf5::descriptor_of(file_);
  });
}

OutputFile::OutputFile(const std::filesystem::path& in, const std::filesystem::path& out,
                       const DestinationOptions& options, Job& job)
    : destination_(out, options, job) {
  guarded([&] {
    destination_.copy_of(in);
    file_ = hdf5::open_to_add(destination_.hidden());
    descriptor_ = hdf5::descriptor_of(file_);
  });
}

void OutputFile::finish(std::span<const hdf5::Receipt> receipts) {
  hdf5::close_written(file_, destination_.hidden());
  {
    const hdf5::Handle written = hdf5::open_to_read(destination_.hidden(), silence());
    for (const hdf5::Receipt& receipt : receipts) hdf5::verify(written, receipt);
  }
  destination_.commit();
}

void OutputFile::give_up() noexcept {
  if (destination_.is_hidden_file(descriptor_)) hdf5::continue_in_memory(descriptor_);
  descriptor_ = -1;
  // The file is closed later, after the objects in it, and before the destination gives its inode free: HDF5 would take a new file
  // of that inode for the one that it has open.
  destination_.abandon();
}

Error OutputFile::renamed(const Error& error) const {
  std::string message = error.message();
  const std::string hidden = printable(destination_.hidden().string(), 4096);
  const std::size_t at = message.find(hidden);
  if (at != std::string::npos) message.replace(at, hidden.size(), printable(destination_.out().string(), 4096));
  return {error.kind(), message, error.hint()};
}

}  // namespace gemflow::h5ad
