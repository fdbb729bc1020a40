// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/http_server.hpp"

#include <fmt/format.h>
#include <microhttpd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "gemflow/core/error.hpp"
#include "synthesize_api/server/spool.hpp"
#include "synthesize_api/server/system_failure.hpp"

namespace gemflow::synthesize_api {
namespace {

/// What the library keeps of a connection: its head, and a window of its body.
constexpr std::size_t connection_memory = std::size_t{64} << 10;
constexpr std::size_t thread_stack = std::size_t{1} << 20;
/// The library turns away who comes above its limit, honest or not. `Connections` makes room before; this is for a rush.
constexpr unsigned rush = 2;
/// A refused body is read to its end and thrown away, up to so many times the limit: a client that is cut off while it
/// sends never sees why.
constexpr std::uint64_t patience = 4;

/// One request and what becomes of it.
struct Heads {
  Request request;
  std::vector<std::string> lengths;
  bool is_chunked = false;
  bool expects = false;
};

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::tolower(x) == std::tolower(y);
         });
}

MHD_Result read_header(void* context, MHD_ValueKind, const char* key, const char* value) {
  auto& heads = *static_cast<Heads*>(context);
  const std::string text = value == nullptr ? "" : value;
  if (same_word(key, "host")) heads.request.hosts.push_back(text);
  if (same_word(key, "authorization")) heads.request.authorizations.push_back(text);
  if (same_word(key, "content-type")) heads.request.content_type = text;
  if (same_word(key, "content-length")) heads.lengths.push_back(text);
  if (same_word(key, "transfer-encoding")) heads.is_chunked = true;
  if (same_word(key, "expect")) heads.expects = true;
  return MHD_YES;
}

std::optional<std::uint64_t> length_of(const Heads& heads) {
  if (heads.lengths.size() != 1) return std::nullopt;
  const std::string& text = heads.lengths.front();
  std::uint64_t length = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return length;
}

std::size_t size_of_head(MHD_Connection* raw) {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(raw, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info == nullptr ? 0 : info->header_size;
}

Connection* connection_of(MHD_Connection* raw) {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(raw, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == nullptr ? nullptr : static_cast<Connection*>(info->socket_context);
}

/// Nothing that is thrown may pass through the library.
template <typename Action>
Reply reply_of(Action&& action) noexcept {
  try {
    return action();
  } catch (const std::bad_alloc&) {
    return refusal_for_now(503, "there is no memory left", 10);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::io ? refusal_for_now(503, "the server cannot store this", 60)
                                         : refusal(500, "a fault of the server: " + printable(error.message()));
  } catch (const std::exception&) {
    return refusal(500, "a fault of the server");
  }
}

}  // namespace

struct HttpServer::Exchange {
  Exchange(HttpServer& owner, Connection& its) : server(&owner), connection(&its), body(owner.scratch_) {}
  ~Exchange() { server->bodies_bytes_ -= counted; }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  HttpServer* server;
  Connection* connection;
  Heads heads;
  Spool body;
  std::optional<Reply> refused;  ///< the body is thrown away
  std::uint64_t thrown_away = 0;
  std::uint64_t counted = 0;     ///< of all bodies that are being sent
  bool is_begun = false;
  bool is_over = false;          ///< too much was thrown away: the connection is cut
};

/// What the library calls.
struct Callbacks {
  // NOLINTNEXTLINE(readability-function-size): the library's own signature
  static MHD_Result serve(void* self, MHD_Connection* raw, const char* url, const char* method, const char* /*version*/,
                          const char* bytes, std::size_t* n_bytes, void** context) {
    auto& server = *static_cast<HttpServer*>(self);
    auto* exchange = static_cast<HttpServer::Exchange*>(*context);
    if (exchange == nullptr) {
      exchange = server.begin(raw, url, method);
      *context = exchange;
      return exchange == nullptr ? MHD_NO : static_cast<MHD_Result>(server.take_head(raw, *exchange));
    }
    if (*n_bytes == 0) return static_cast<MHD_Result>(server.reply(raw, *exchange));
    return static_cast<MHD_Result>(server.take_bytes(*exchange, bytes, std::exchange(*n_bytes, 0)));
  }

  static void complete(void* self, MHD_Connection* raw, void** context, MHD_RequestTerminationCode) {
    delete static_cast<HttpServer::Exchange*>(*context);
    *context = nullptr;
    if (Connection* connection = connection_of(raw)) static_cast<HttpServer*>(self)->connections_.await_head(*connection);
  }

  static void connect(void* self, MHD_Connection* raw, void** context, MHD_ConnectionNotificationCode code) {
    Connections& connections = static_cast<HttpServer*>(self)->connections_;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      const MHD_ConnectionInfo* info = MHD_get_connection_info(raw, MHD_CONNECTION_INFO_CONNECTION_FD);
      *context = connections.open(info->connect_fd);
    } else {
      connections.close(static_cast<Connection*>(*context));
      *context = nullptr;
    }
  }
};

HttpServer::HttpServer(Listening& listening, const ServeLimits& limits, std::filesystem::path scratch, Site& site)
    : limits_(limits),
      scratch_(std::move(scratch)),
      site_(&site),
      connections_(static_cast<std::size_t>(limits.connections), limits.headers_time, limits.idle_time) {
  const unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC |
                         (listening.is_ipv6() ? MHD_USE_IPv6 : MHD_NO_FLAG);
  daemon_ = MHD_start_daemon(
      flags, 0, nullptr, nullptr, &Callbacks::serve, this, MHD_OPTION_LISTEN_SOCKET, listening.release(),
      MHD_OPTION_CONNECTION_LIMIT, rush * static_cast<unsigned>(limits.connections) + 64, MHD_OPTION_CONNECTION_TIMEOUT,
      static_cast<unsigned>(limits.idle_time.count()), MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory,
      MHD_OPTION_THREAD_STACK_SIZE, thread_stack, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
      &Callbacks::complete, this, MHD_OPTION_NOTIFY_CONNECTION, &Callbacks::connect, this, MHD_OPTION_END);
  if (daemon_ == nullptr) throw_system_failure("starting the HTTP server");
}

HttpServer::~HttpServer() { MHD_stop_daemon(daemon_); }

HttpServer::Exchange* HttpServer::begin(MHD_Connection* raw, const char* url, const char* method) {
  Connection* connection = connection_of(raw);
  if (connection == nullptr) return nullptr;
  try {
    auto exchange = std::make_unique<Exchange>(*this, *connection);
    exchange->heads.request.path = url;
    exchange->heads.request.method = method;
    MHD_get_connection_values(raw, MHD_HEADER_KIND, &read_header, &exchange->heads);
    return exchange.release();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

int HttpServer::take_head(MHD_Connection* raw, Exchange& exchange) {
  const Heads& heads = exchange.heads;
  const std::optional<std::uint64_t> length = length_of(heads);
  const bool has_body = heads.is_chunked || !heads.lengths.empty();
  exchange.refused = [&]() -> std::optional<Reply> {
    if (size_of_head(raw) > limits_.header_bytes) {
      return refusal(431, fmt::format("a request's head has at most {} bytes", limits_.header_bytes));
    }
    if (has_body && heads.is_chunked != heads.lengths.empty()) return refusal(400, "a body has one length: Content-Length or chunked");
    if (!heads.is_chunked && has_body && !length) return refusal(400, "Content-Length is one whole number");
    if (auto refused = site_->look(heads.request)) return refused;
    if (length.value_or(0) > limits_.body_bytes) {
      return refusal(413, fmt::format("a query has at most {} bytes, not {}: ask in several", limits_.body_bytes, *length));
    }
    return std::nullopt;
  }();
  connections_.await_body(*exchange.connection, length.value_or(has_body ? limits_.body_bytes : 0));
  // Who asks first is told before it sends; who sends more than we would read is cut off.
  const bool at_once = heads.expects || length.value_or(0) > patience * limits_.body_bytes;
  if (exchange.refused && has_body && at_once) return send(raw, exchange, *exchange.refused);
  return MHD_YES;
}

int HttpServer::take_bytes(Exchange& exchange, const char* bytes, std::size_t n) {
  if (exchange.refused) {
    exchange.thrown_away += n;
    return exchange.thrown_away > patience * limits_.body_bytes ? MHD_NO : MHD_YES;
  }
  exchange.counted += n;
  const std::uint64_t all = bodies_bytes_ += n;
  if (exchange.body.size() + n > limits_.body_bytes) {
    exchange.refused = refusal(413, fmt::format("a query has at most {} bytes: ask in several", limits_.body_bytes));
  } else if (all > limits_.bodies_bytes) {
    exchange.refused = refusal_for_now(503, "too many bytes are being sent at once", 5);
  } else {
    Reply failed = reply_of([&] { return exchange.body.write({bytes, n}), Reply(); });
    if (failed.status != 200) exchange.refused = std::move(failed);
  }
  return MHD_YES;
}

int HttpServer::reply(MHD_Connection* raw, Exchange& exchange) {
  if (exchange.refused) return send(raw, exchange, *exchange.refused);
  connections_.work(*exchange.connection);
  Reply reply = reply_of([&] { return site_->answer(exchange.heads.request, exchange.body, exchange.body.size()); });
  return send(raw, exchange, reply);
}

int HttpServer::send(MHD_Connection* raw, Exchange& exchange, Reply& reply) {
  const std::uint64_t size = reply.file ? reply.file->size() : reply.text.size();
  MHD_Response* response =
      reply.file ? MHD_create_response_from_fd64(size, reply.file->release())
                 : MHD_create_response_from_buffer(reply.text.size(), reply.text.data(), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, "Content-Type", reply.content_type.c_str());
  MHD_add_response_header(response, "Cache-Control", "no-store");
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) MHD_add_response_header(response, name.c_str(), value.c_str());
  const MHD_Result queued = MHD_queue_response(raw, reply.status, response);
  MHD_destroy_response(response);
  connections_.send(*exchange.connection, size);
  return queued;
}

}  // namespace gemflow::synthesize_api
