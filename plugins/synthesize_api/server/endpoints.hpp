// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "gemflow/serve.hpp"
#include "synthesize_api/client/token.hpp"
#include "synthesize_api/server/queries.hpp"
#include "synthesize_api/server/routes.hpp"
#include "synthesize_api/server/site.hpp"
#include "synthesize_api/server/status_page.hpp"

namespace gemflow::synthesize_api {

/// The API's endpoints, the download of results, and the status page.
class Endpoints final : public Site {
 public:
  /// `examples`: an example query as JSON, by id. All that is given must outlive it.
  Endpoints(const ServeOptions& options, Token token, std::map<std::string, std::string> examples, Queries& queries,
            std::stop_token stop);

  [[nodiscard]] std::optional<Reply> look(const Request& request) override;
  [[nodiscard]] Reply answer(const Request& request, ByteSource& body, std::uint64_t size) override;

 private:
  [[nodiscard]] bool may_enter(const Request& request, const Route& route) const;
  [[nodiscard]] std::optional<Reply> look_at_host(const Request& request) const;
  [[nodiscard]] std::optional<Reply> look_at_secrets(const Request& request, const Route& route) const;
  [[nodiscard]] std::optional<Reply> look_at_predict(const Request& request) const;
  [[nodiscard]] const ServedModel* find_model(const std::string& id) const;

  [[nodiscard]] Reply models() const;
  [[nodiscard]] Reply predict(const ServedModel& served, ByteSource& body, std::uint64_t size);
  [[nodiscard]] Reply status(const std::string& id, const std::string& host) const;
  [[nodiscard]] Reply download(const std::string& word) const;
  [[nodiscard]] Reply page() const;

  const ServeOptions* options_;
  Token token_;
  std::map<std::string, std::string> examples_;
  Queries* queries_;
  std::stop_token stop_;
  bool page_needs_token_;
  std::mutex reading_;  ///< one body is read at a time: what it may hold is known before
  StatusPage page_;
};

}  // namespace gemflow::synthesize_api
