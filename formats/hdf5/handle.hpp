// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <utility>

namespace gemflow::hdf5 {

/// Owns one HDF5 identifier and closes it with the function that belongs to its kind. Converts to the borrowed
/// `hid_t`, which must not outlive it.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Close how_to_close) noexcept : id_(id), close_(how_to_close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      id_ = std::exchange(other.id_, H5I_INVALID_HID);
      close_ = other.close_;
    }
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { reset(); }

  operator hid_t() const noexcept { return id_; }
  [[nodiscard]] bool is_open() const noexcept { return id_ >= 0; }

  /// Closes it now; false if HDF5 could not (a full disk is often met only here). A writer must look.
  bool close() noexcept {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || close_(id) >= 0;
  }

  /// Gives the identifier up without closing it: after a failed write, closing can crash inside HDF5 (1.10.8).
  hid_t abandon() noexcept { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  void reset() noexcept { close(); }

  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

}  // namespace gemflow::hdf5
