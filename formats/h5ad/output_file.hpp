// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/destination.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/job.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/receipt.hpp"

namespace gemflow::h5ad {

/// An HDF5 file that is being written under a hidden name.
class OutputFile {
 public:
  /// A new file.
  OutputFile(const std::filesystem::path& out, const DestinationOptions& options, Job& job);
  /// A copy of `in`, to be added to.
  OutputFile(const std::filesystem::path& in, const std::filesystem::path& out, const DestinationOptions& options,
             Job& job);

  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() { give_up(); }

  [[nodiscard]] hid_t file() const noexcept { return file_; }
  [[nodiscard]] const std::filesystem::path& out() const noexcept { return destination_.out(); }

  /// Keeps room for so many bytes, before objects of another file are copied. Errors: io.
  void reserve_space(std::uint64_t bytes) {
    guarded([&] { destination_.reserve_space(bytes); });
  }

  /// Does something that writes to the file. After an error the file is given up at once, and the message names OUT
  /// instead of the hidden file.
  template <typename Action>
  void guarded(Action&& action) {
    try {
      action();
    } catch (const Error& error) {
      give_up();
      throw renamed(error);
    } catch (...) {
      give_up();
      throw;
    }
  }

  /// Closes it, opens it anew, compares it with the receipts, and lets it appear. REQUIRES: every object in it is
  /// closed.
  void finish(std::span<const hdf5::Receipt> receipts);

 private:
  void give_up() noexcept;
  [[nodiscard]] Error renamed(const Error& error) const;

  Destination destination_;  // declared first: closed last
  hdf5::Handle file_;
  int descriptor_ = -1;  ///< by which HDF5 writes it
};

}  // namespace gemflow::h5ad
