// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace gemflow {

/// Memory that grows and never shrinks; `resize` leaves new elements unset, so that a chunk of millions is refilled
/// without being cleared first.
template <typename T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(Buffer&&) noexcept = default;
  Buffer(const Buffer& other) { append(other.span()); }
  Buffer& operator=(const Buffer& other) {
    if (this != &other) {
      size_ = 0;
      append(other.span());
    }
    return *this;
  }
  ~Buffer() = default;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::span<T> span() noexcept { return {data_.get(), size_}; }
  [[nodiscard]] std::span<const T> span() const noexcept { return {data_.get(), size_}; }

  void clear() noexcept { size_ = 0; }

  /// Keeps what is there up to `size`; what is new is unset.
  void resize(std::size_t size) {
    if (size > capacity_) grow(size);
    size_ = size;
  }

  void append(std::span<const T> more) {
    const std::size_t old = size_;
    resize(old + more.size());
    std::copy(more.begin(), more.end(), data_.get() + old);
  }

  void push_back(T value) {
    resize(size_ + 1);
    data_[size_ - 1] = value;
  }

 private:
  void grow(std::size_t size) {
    const std::size_t capacity = std::max(size, capacity_ + capacity_ / 2);
    std::unique_ptr<T[]> grown(new T[capacity]);
    std::copy_n(data_.get(), size_, grown.get());
    data_ = std::move(grown);
    capacity_ = capacity;
  }

  std::unique_ptr<T[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace gemflow
