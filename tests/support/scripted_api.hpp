// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support/files.hpp"

namespace gemflow::test {

/// tests/support/scripted_api.py as a child of the test; ends with it. Sources that use it are told GEMFLOW_SOURCE.
/// It takes what is set about proxies out of the test's environment, so that the machine's own does not get in between.
class ScriptedApi {
 public:
  using Json = nlohmann::json;

  /// The script as JSON text.
  explicit ScriptedApi(const std::string& script, bool with_tls = false) {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
                             "SSL_CERT_FILE", "CURL_CA_BUNDLE", "GEMFLOW_OFFLINE"}) {
      unsetenv(name);
    }
    const std::string script_path = folder_.file("script.json", script).string();
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    child_ = fork();
    if (child_ == 0) run(script_path, with_tls, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    life_ = in[1];
    ports_ = Json::parse(line_of(out[0]));
    close(out[0]);
  }
  ScriptedApi(const ScriptedApi&) = delete;
  ScriptedApi& operator=(const ScriptedApi&) = delete;
  ~ScriptedApi() {
    close(life_);
    kill(child_, SIGTERM);
    waitpid(child_, nullptr, 0);
  }

  /// "http://127.0.0.1:PORT", without a slash.
  [[nodiscard]] std::string api() const { return url("http", "api"); }
  [[nodiscard]] std::string other() const { return url("http", "other"); }
  [[nodiscard]] std::string proxy() const { return url("http", "proxy"); }
  [[nodiscard]] std::string tls() const { return url("https", "tls"); }
  /// The certificate that signs `tls`.
  [[nodiscard]] std::string ca() const { return ports_.at("ca"); }
  [[nodiscard]] int port(const std::string& name) const { return ports_.at(name); }

  /// All requests until now, as the log has them.
  [[nodiscard]] std::vector<Json> log() const {
    std::vector<Json> entries;
    std::string all = log_text();
    all.resize(all.rfind('\n') + 1);  // the last line may still be written; npos + 1 is 0
    std::istringstream in(all);
    for (std::string line; std::getline(in, line);) entries.push_back(Json::parse(line));
    return entries;
  }
  /// Those of one method.
  [[nodiscard]] std::vector<Json> log(std::string_view method) const {
    std::vector<Json> entries;
    for (Json& entry : log()) {
      if (entry.at("method") == method) entries.push_back(std::move(entry));
    }
    return entries;
  }
  [[nodiscard]] std::string log_text() const { return bytes_of(folder_ / "log.jsonl"); }
  [[nodiscard]] const TempFolder& folder() const noexcept { return folder_; }

 private:
  [[noreturn]] void run(const std::string& script, bool with_tls, int in, int out) const {
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    const std::string log = (folder_ / "log.jsonl").string();
    const std::string folder = folder_.path().string();
    const char* program = GEMFLOW_SOURCE "/tests/support/scripted_api.py";
    if (with_tls) {
      execlp("python3", "python3", "-B", program, "--script", script.c_str(), "--log", log.c_str(), "--folder", folder.c_str(), nullptr);
    }
    execlp("python3", "python3", "-B", program, "--script", script.c_str(), "--log", log.c_str(), nullptr);
    _exit(127);
  }

  static std::string line_of(int file) {
    std::string line;
    for (char c = 0; read(file, &c, 1) == 1 && c != '\n';) line += c;
    if (line.empty()) throw std::runtime_error("tests/support/scripted_api.py did not start");
    return line;
  }

  [[nodiscard]] std::string url(const std::string& scheme, const std::string& name) const {
    return scheme + "://127.0.0.1:" + std::to_string(port(name));
  }

  TempFolder folder_;
  pid_t child_ = 0;
  int life_ = -1;
  Json ports_;
};

}  // namespace gemflow::test
