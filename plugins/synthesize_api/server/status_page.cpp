// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/status_page.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include <fstream>
#include <string>

#include "gemflow/core/version.hpp"
#include "synthesize_api/server/secrets.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--ink:#1d2733;--soft:#5b6876;--line:#d9dfe6;--card:#fff;--back:#f4f6f8;--mark:#0b6e6e}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa7b4;--line:#313b46;--card:#1b222a;--back:#12171d;--mark:#5cc8c0}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.4rem;margin:0}h2{font-size:1rem;margin:2rem 0 .5rem}
p{color:var(--soft);margin:.25rem 0}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1rem 0}
dl div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
dt{color:var(--soft);font-size:.8rem}dd{margin:0;font-size:1.4rem;font-variant-numeric:tabular-nums}
.table{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.5rem .8rem;border-bottom:1px solid var(--line)}
tr:last-child td{border-bottom:0}th{color:var(--soft);font-weight:500}
code{color:var(--mark);overflow-wrap:anywhere}
@media(max-width:40rem){th{display:none}td{display:block;border:0;padding:.1rem .8rem}td:first-child{padding-top:.6rem}
tr{display:block;border-bottom:1px solid var(--line);padding-bottom:.5rem}tr:last-child{border:0}}
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::string duration_text(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min", seconds / 60);
  if (seconds < 86400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86400, seconds / 3600 % 24);
}

std::string size_text(std::uint64_t bytes) {
  constexpr double mib = 1 << 20;
  const double size = static_cast<double>(bytes) / mib;
  return size < 1024 ? fmt::format("{:.0f} MiB", size) : fmt::format("{:.1f} GiB", size / 1024);
}

/// What the process holds now, as the kernel counts it; 0 where it does not tell.
std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (!(file >> all >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t peak_bytes() {
  rusage usage{};
  return getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<std::uint64_t>(usage.ru_maxrss) << 10U : 0;
}

std::string figure(std::string_view name, std::string_view value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
}

std::string figures(const QueryCounts& counts, double seconds) {
  const auto rate = [seconds](std::int64_t n) { return fmt::format("{:.1f}", seconds > 0 ? static_cast<double>(n) / seconds : 0.0); };
  return "<dl>" + figure("queued", fmt::format("{}", counts.queued)) + figure("running", fmt::format("{}", counts.running)) +
         figure("ready", fmt::format("{}", counts.all_ready)) + figure("failed", fmt::format("{}", counts.all_failed)) +
         figure("queries a second", rate(counts.all_ready + counts.all_failed)) + figure("samples", fmt::format("{}", counts.samples)) +
         figure("samples a second", rate(counts.samples)) + figure("results kept", fmt::format("{}", counts.ready)) +
         figure("on disk", size_text(counts.result_bytes)) + figure("up for", duration_text(static_cast<std::int64_t>(seconds))) +
         figure("memory", size_text(resident_bytes())) + figure("memory at most", size_text(peak_bytes())) + "</dl>";
}

std::string row_of(const ServedModel& served) {
  const ModelCard& card = served.model->card();
  return fmt::format("<tr><td><code>{}</code></td><td>{} {}</td><td>{}</td><td>{}</td></tr>", escaped(served.id), escaped(card.id),
                     escaped(card.version), served.task == Task::predict_metadata ? "predict metadata" : name_of(served.task),
                     escaped(card.trained_on));
}

}  // namespace

Reply StatusPage::show(const QueryCounts& counts) const {
  const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
  const std::string nonce = random_word(22);
  std::string rows;
  for (const ServedModel& served : *models_) rows += row_of(served);
  Reply reply;
  reply.content_type = "text/html; charset=utf-8";
  reply.text = fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
      "<meta http-equiv=\"refresh\" content=\"5\"><title>gemflow serve</title><style nonce=\"{}\">{}</style></head><body><main>"
      "<h1>gemflow serve</h1><p>version {}; this page loads itself again every 5 seconds</p>{}<h2>Models</h2><div class=\"table\">"
      "<table><tr><th>model_id</th><th>model</th><th>task</th><th>trained on</th></tr>{}</table></div></main></body></html>\n",
      nonce, style, version, figures(counts, seconds), rows);
  reply.headers = {{"Content-Security-Policy",
                    fmt::format("default-src 'none'; style-src 'nonce-{}'; base-uri 'none'; form-action 'none'; "
                                "frame-ancestors 'none'",
                                nonce)},
                   {"X-Frame-Options", "DENY"},
                   {"Referrer-Policy", "no-referrer"}};
  return reply;
}

}  // namespace gemflow::synthesize_api
