// SPDX-License-Identifier: Apache-2.0
#include "gem_local/tensor_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <memory>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "sha256.hpp"

namespace gemflow::gem_local {
namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "safetensors arrays are little-endian");

/// The reference reader's own cap.
constexpr std::uint64_t most_header_bytes = 100'000'000;
constexpr std::uint64_t length_bytes = 8;

/// What is wrong with a file; the reader puts the file's name in front.
[[noreturn]] void damaged(std::string fault) {
  throw Error(ErrorKind::input, std::move(fault), "is this a .gmodel that gemflow train wrote, and is it whole?");
}

std::string sha256(const std::map<std::string, std::string>& metadata, std::string_view payload) {
  Sha256 digest;
  for (const auto& [key, value] : metadata) digest.add(fmt::format("{}:{}={}:{};", key.size(), key, value.size(), value));
  digest.add(payload);
  return "sha256:" + digest.hex();
}

void append_values(std::string& payload, const Tensor& tensor) {
  if (!tensor.half) {
    const auto* bytes = reinterpret_cast<const char*>(tensor.values.data());
    payload.append(bytes, bytes + tensor.values.size() * sizeof(float));
    return;
  }
  for (const float value : tensor.values) {
    const auto bits = Eigen::numext::bit_cast<std::uint16_t>(Eigen::half(value));
    payload.push_back(static_cast<char>(bits & 0xFF));
    payload.push_back(static_cast<char>(bits >> 8));
  }
}

/// Where the header says that an array lies.
struct Place {
  std::string name;
  std::vector<std::int64_t> shape;
  bool half = false;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

std::uint64_t unsigned_at(const Json& number, const std::string& name) {
  if (!number.is_number_unsigned()) damaged(fmt::format("array '{}' has a size that is no number", printable(name)));
  return number.get<std::uint64_t>();
}

/// Bytes of an array of this shape; false when they are more than `most`.
bool bytes_in(const std::vector<std::int64_t>& shape, std::uint64_t item, std::uint64_t most, std::uint64_t& bytes) {
  bytes = item;
  for (const std::int64_t extent : shape) {
    const auto n = static_cast<std::uint64_t>(extent);
    if (n != 0 && bytes > most / n) return false;
    bytes *= n;
  }
  return true;
}

Place place_of(const std::string& name, const Json& entry, std::uint64_t payload_bytes) {
  const bool is_whole = entry.is_object() && entry.contains("dtype") && entry.contains("shape") &&
                        entry.contains("data_offsets") && entry["shape"].is_array() &&
                        entry["data_offsets"].is_array() && entry["data_offsets"].size() == 2;
  if (!is_whole) damaged(fmt::format("array '{}' lacks its type, shape or place", printable(name)));
  if (entry["dtype"] != "F32" && entry["dtype"] != "F16") {
    damaged(fmt::format("array '{}' is of a type other than F32 and F16", printable(name)));
  }
  Place place{name, {}, entry["dtype"] == "F16", 0, 0};
  for (const Json& extent : entry["shape"]) {
    const std::uint64_t n = unsigned_at(extent, name);
    if (n > payload_bytes) damaged(fmt::format("array '{}' is larger than the file", printable(name)));
    place.shape.push_back(static_cast<std::int64_t>(n));
  }
  place.begin = unsigned_at(entry["data_offsets"][0], name);
  place.end = unsigned_at(entry["data_offsets"][1], name);
  std::uint64_t bytes = 0;
  const bool fits = bytes_in(place.shape, place.half ? 2 : 4, payload_bytes, bytes) && place.begin <= place.end &&
                    place.end <= payload_bytes && place.end - place.begin == bytes;
  if (!fits) {
    damaged(fmt::format("array '{}' lies at bytes {} to {} of {}, which is not its shape's size", printable(name),
                        place.begin, place.end, payload_bytes));
  }
  return place;
}

std::vector<Place> places_of(const Json& header, std::uint64_t payload_bytes) {
  std::vector<Place> places;
  for (const auto& [name, entry] : header.items()) {
    if (name != "__metadata__") places.push_back(place_of(name, entry, payload_bytes));
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);  // empty arrays come before what begins there
  });
  std::uint64_t at = 0;
  for (const Place& place : places) {
    if (place.begin != at) damaged(fmt::format("array '{}' overlaps another or leaves a gap", printable(place.name)));
    at = place.end;
  }
  if (at != payload_bytes) {
    damaged(fmt::format("its arrays end at byte {} of {}", at, payload_bytes));
  }
  return places;
}

Tensor tensor_at(const Place& place, std::string_view payload) {
  Tensor tensor{place.shape, {}, place.half};
  const std::uint64_t bytes = place.end - place.begin;
  const char* from = payload.data() + place.begin;
  if (!place.half) {
    tensor.values.resize(bytes / sizeof(float));
    if (bytes > 0) std::memcpy(tensor.values.data(), from, bytes);
    return tensor;
  }
  tensor.values.resize(bytes / 2);
  for (float& value : tensor.values) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, from, sizeof bits);
    value = static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(bits));
    from += sizeof bits;
  }
  return tensor;
}

Json header_of(const std::string& text) {
  Json header = Json::parse(text, nullptr, false);
  const bool is_header = header.is_object() && header.contains("__metadata__") && header["__metadata__"].is_object();
  if (!is_header) damaged("its header is no JSON object with '__metadata__'");
  for (const auto& [key, value] : header["__metadata__"].items()) {
    if (!value.is_string()) damaged(fmt::format("its metadata '{}' is no text", printable(key)));
  }
  return header;
}

TensorFile read_all(std::ifstream& in, std::uint64_t file_bytes) {
  std::uint64_t header_bytes = 0;
  if (file_bytes < length_bytes) damaged(fmt::format("it has {} bytes, less than a header's length", file_bytes));
  in.read(reinterpret_cast<char*>(&header_bytes), length_bytes);
  if (header_bytes > most_header_bytes || header_bytes > file_bytes - length_bytes) {
    damaged(fmt::format("it says that its header has {} bytes, and the file has {}", header_bytes, file_bytes));
  }
  std::string text(header_bytes, '\0');
  std::string payload(file_bytes - length_bytes - header_bytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  in.read(payload.data(), static_cast<std::streamsize>(payload.size()));
  if (!in) damaged("it became shorter while it was read");

  const Json header = header_of(text);
  TensorFile file;
  for (const Place& place : places_of(header, payload.size())) {
    file.tensors.emplace(place.name, tensor_at(place, payload));
  }
  file.metadata = header["__metadata__"].get<std::map<std::string, std::string>>();
  const std::string stored = file.metadata["sha256"];
  file.metadata.erase("sha256");
  if (stored != sha256(file.metadata, payload)) damaged("its checksum is not that of its content");
  return file;
}

}  // namespace

bool looks_like_tensors(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, length_bytes + 2> head{};
  in.read(head.data(), head.size());
  return in.good() && head[length_bytes] == '{' && head[length_bytes + 1] == '"' && head[length_bytes - 1] == 0;
}

TensorFile read_tensors(const std::filesystem::path& path) {
  std::error_code failed;
  const std::uint64_t bytes = std::filesystem::file_size(path, failed);
  std::ifstream in(path, std::ios::binary);
  if (failed || !in) throw Error(ErrorKind::input, fmt::format("model '{}' cannot be read", path.string()));
  try {
    return read_all(in, bytes);
  } catch (Error& error) {
    error.within(fmt::format("reading model '{}'", path.string()));
    throw;
  }
}

std::string bytes_of(const TensorFile& file) {
  Json header = Json::object();
  std::string payload;
  for (const auto& [name, tensor] : file.tensors) {
    const std::size_t begin = payload.size();
    append_values(payload, tensor);
    header[name] = {{"dtype", tensor.half ? "F16" : "F32"}, {"shape", tensor.shape}};
    header[name]["data_offsets"] = {begin, payload.size()};
  }
  header["__metadata__"] = file.metadata;
  header["__metadata__"]["sha256"] = sha256(file.metadata, payload);
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // arrays begin at a multiple of eight bytes

  const std::uint64_t size = text.size();
  std::string bytes(length_bytes, '\0');
  std::memcpy(bytes.data(), &size, length_bytes);
  return bytes + text + payload;
}

std::string checksum_of(const TensorFile& file) {
  std::string payload;
  for (const auto& [name, tensor] : file.tensors) append_values(payload, tensor);
  return sha256(file.metadata, payload);
}

float as_half(float value) noexcept { return static_cast<float>(Eigen::half(value)); }

}  // namespace gemflow::gem_local
