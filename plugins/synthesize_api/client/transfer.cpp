// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/transfer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <exception>
#include <new>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/version.hpp"

namespace gemflow::synthesize_api {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t most_refusal_bytes = std::size_t{64} << 10;
constexpr std::size_t most_fault_bytes = 300;

/// The lines of a request's header; libcurl's list.
class HeaderLines {
 public:
  HeaderLines() = default;
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;
  ~HeaderLines() { curl_slist_free_all(lines_); }

  void add(const std::string& line) {
    curl_slist* longer = curl_slist_append(lines_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    lines_ = longer;
  }
  [[nodiscard]] curl_slist* lines() const noexcept { return lines_; }

 private:
  curl_slist* lines_ = nullptr;
};

/// The value of a header line, if it is the header `name` (in lower case).
std::optional<std::string_view> value_in(std::string_view line, std::string_view name) {
  if (line.size() <= name.size() || line[name.size()] != ':') return std::nullopt;
  const bool is_it = std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
    return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
  });
  if (!is_it) return std::nullopt;
  line.remove_prefix(name.size() + 1);
  const std::size_t from = line.find_first_not_of(" \t\r\n");
  if (from == line.npos) return std::string_view();
  return line.substr(from, line.find_last_not_of(" \t\r\n") - from + 1);
}

/// What libcurl's callbacks know during one transfer. They never throw: what a sink throws waits in `thrown`.
struct Course {
  CURL* handle;
  const TransferOrder& order;
  const std::stop_token& stop;
  HttpReply reply = {};
  std::size_t header_bytes = 0;
  std::size_t body_bytes = 0;
  std::optional<SteadyClock::time_point> stop_seen = {};
  std::exception_ptr thrown = {};

  [[nodiscard]] long number(CURLINFO info) const noexcept {
    long value = 0;
    curl_easy_getinfo(handle, info, &value);
    return value;
  }
  [[nodiscard]] bool is_success() const noexcept {
    const long status = number(CURLINFO_RESPONSE_CODE);
    return status >= 200 && status < 300;
  }

  bool take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) reply.retry_after.clear();  // another answer begins, after a 100
    if (const auto value = value_in(line, "retry-after")) reply.retry_after = *value;
    header_bytes += line.size();
    reply.is_too_long = header_bytes > order.settings.most_header_bytes;
    if (reply.is_too_long) {
      reply.fault = fmt::format("its headers are longer than {} bytes", order.settings.most_header_bytes);
    }
    return !reply.is_too_long;
  }

  bool take_body(std::string_view bytes) {
    const bool is_wanted = is_success();
    const std::size_t most = is_wanted ? order.request.most_bytes : most_refusal_bytes;
    if (bytes.size() > most - body_bytes) {
      if (!is_wanted) reply.body.append(bytes.substr(0, most - body_bytes));
      reply.is_too_long = true;
      reply.fault = fmt::format("its body is longer than {} bytes", most);
      return false;
    }
    body_bytes += bytes.size();
    if (!is_wanted || order.request.sink == nullptr) {
      reply.body.append(bytes);
    } else {
      order.request.sink->write(bytes);
    }
    return true;
  }

  /// A POST that is on its way is waited for a little longer than anything else.
  bool must_end() {
    if (!stop.stop_requested()) return false;
    const auto now = SteadyClock::now();
    if (!stop_seen) stop_seen = now;
    const bool is_under_way = order.request.is_post && number(CURLINFO_REQUEST_SIZE) > 0;
    reply.is_stopped = !is_under_way || now - *stop_seen >= order.settings.stop_grace;
    if (reply.is_stopped) reply.fault = "stopped before its answer came, as asked";
    return reply.is_stopped;
  }

  /// Nothing is sent where this is false.
  bool may_send_to(const char* address) {
    reply.is_refused = order.rules.public_only && is_private_address(address);
    if (reply.is_refused) reply.fault = fmt::format("its address {} is not on the public internet", printable(address));
    return !reply.is_refused;
  }
};

template <typename Step>
bool guarded(Course& course, Step&& step) noexcept {
  try {
    return step();
  } catch (...) {
    course.thrown = std::current_exception();
    return false;
  }
}

std::size_t on_header(char* bytes, std::size_t size, std::size_t n, void* to) {
  auto& course = *static_cast<Course*>(to);
  return guarded(course, [&] { return course.take_header({bytes, size * n}); }) ? size * n : 0;
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t n, void* to) {
  auto& course = *static_cast<Course*>(to);
  return guarded(course, [&] { return course.take_body({bytes, size * n}); }) ? size * n : 0;
}

int on_progress(void* to, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& course = *static_cast<Course*>(to);
  return guarded(course, [&] { return !course.must_end(); }) ? 0 : 1;
}

// Address and port there, address and port here.
int on_connected(void* to, char* address, char*, int, int) {
  auto& course = *static_cast<Course*>(to);
  return guarded(course, [&] { return course.may_send_to(address); }) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
}

void set_request(CURL* handle, const TransferOrder& order, HeaderLines& lines) {
  const HttpRequest& request = order.request;
  lines.add("Accept: application/json");
  if (order.rules.with_token) lines.add(order.token.header());
  if (request.is_post) {
    lines.add("Content-Type: application/json");
    if (!request.idempotency_key.empty()) lines.add("Idempotency-Key: " + request.idempotency_key);
    set(handle, CURLOPT_POST, 1L);
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(handle, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    set(handle, CURLOPT_FRESH_CONNECT, 1L);
  }
  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_HTTPHEADER, lines.lines());
  set(handle, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));  // a proxy's CONNECT has no token
  set(handle, CURLOPT_USERAGENT, fmt::format("gemflow/{}", version).c_str());
  set(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
}

void set_limits(CURL* handle, const TransferOrder& order) {
  const HttpSettings& settings = order.settings;
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_limit.count()));
  set(handle, CURLOPT_LOW_SPEED_LIMIT, settings.slow_bytes_a_second);
  const auto slow = order.request.is_post ? settings.slow_post_limit : settings.slow_limit;
  set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(slow.count()));
  if (order.rules.without_proxy) set(handle, CURLOPT_NOPROXY, "*");
  if (!settings.ca_bundle.empty()) set(handle, CURLOPT_CAINFO, settings.ca_bundle.c_str());
}

void set_callbacks(CURL* handle, Course& course) {
  set(handle, CURLOPT_HEADERFUNCTION, &on_header);
  set(handle, CURLOPT_HEADERDATA, &course);
  set(handle, CURLOPT_WRITEFUNCTION, &on_body);
  set(handle, CURLOPT_WRITEDATA, &course);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(handle, CURLOPT_XFERINFODATA, &course);
  set(handle, CURLOPT_PREREQFUNCTION, &on_connected);
  set(handle, CURLOPT_PREREQDATA, &course);
}

/// Nothing of a POST leaves before these: over https the handshake (through a proxy as well), else the request's first byte.
/// A GET on an older connection has no handshake of its own; what becomes of it does not matter.
bool was_sent(const Course& course) {
  if (!course.order.request.url.starts_with("https:")) return course.number(CURLINFO_REQUEST_SIZE) > 0;
  curl_off_t handshake = 0;
  curl_easy_getinfo(course.handle, CURLINFO_APPCONNECT_TIME_T, &handshake);
  return handshake > 0;
}

bool is_certificate_trouble(CURLcode code) noexcept {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
}

HttpReply outcome(Course& course, CURLcode code, const char* words) {
  HttpReply& reply = course.reply;
  reply.status = static_cast<int>(course.number(CURLINFO_RESPONSE_CODE));
  if (reply.status < 200) reply.status = 0;  // a 100 is no answer
  reply.is_whole = code == CURLE_OK && reply.status != 0;
  if (reply.status != 0) {
    reply.delivery = Delivery::answered;
  } else {
    reply.delivery = !reply.is_refused && was_sent(course) ? Delivery::unknown : Delivery::not_sent;
  }
  if (is_certificate_trouble(code)) reply.is_refused = true;
  if (reply.fault.empty() && !reply.is_whole) reply.fault = *words == '\0' ? curl_easy_strerror(code) : words;
  reply.fault = printable(course.order.token.redact(reply.fault), most_fault_bytes);
  char* redirect = nullptr;
  curl_easy_getinfo(course.handle, CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) reply.redirect = redirect;
  return std::move(reply);
}

}  // namespace

HandlePool::HandlePool() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);  // a local static is set up by one thread
  if (once != CURLE_OK) throw std::bad_alloc();
}

HandlePool::Handle HandlePool::take() {
  const std::lock_guard lock(mutex_);
  if (!idle_.empty()) {
    Handle handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }
  Handle handle(curl_easy_init(), &curl_easy_cleanup);
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

void HandlePool::give_back(Handle handle) {
  curl_easy_reset(handle.get());  // connections stay
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(handle));
}

HttpReply run_transfer(HandlePool& pool, const TransferOrder& order, const std::stop_token& stop) {
  HandlePool::Handle handle = pool.take();
  Course course{handle.get(), order, stop};
  HeaderLines lines;
  std::array<char, CURL_ERROR_SIZE> words{};
  set_limits(handle.get(), order);
  set_request(handle.get(), order, lines);
  set_callbacks(handle.get(), course);
  set(handle.get(), CURLOPT_ERRORBUFFER, words.data());
  const CURLcode code = curl_easy_perform(handle.get());
  HttpReply reply = outcome(course, code, words.data());
  pool.give_back(std::move(handle));
  if (course.thrown) std::rethrow_exception(course.thrown);
  return reply;
}

}  // namespace gemflow::synthesize_api
