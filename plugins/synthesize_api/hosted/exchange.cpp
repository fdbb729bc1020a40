// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/exchange.hpp"

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "synthesize_api/digest.hpp"

namespace gemflow::synthesize_api {
namespace {

/// A result as the journal keeps it.
class ReplySink final : public DownloadSink {
 public:
  ReplySink(Journal& journal, const std::string& key) : journal_(journal), key_(key) { restart(); }
  void restart() override {
    reply_.reset();  // the old one takes its file with it, and the new one's has the same name
    reply_ = journal_.begin_reply(key_);
  }
  void write(std::string_view bytes) override { reply_->write(bytes); }
  void finish() { journal_.downloaded(key_, std::move(reply_)); }

 private:
  Journal& journal_;
  std::string key_;
  std::unique_ptr<StoredReplyWriter> reply_;
};

std::string batch_of(const BatchRecord& record) {
  return record.purpose == "batch" ? fmt::format("the batch of {} from {} on", record.n, record.first)
                                   : fmt::format("the query that learns the {}", record.purpose);
}

}  // namespace

std::string Body::key() const { return sha256_hex({model_id, position, text}).substr(0, 32); }

std::optional<Forgotten> fetch_reply(ApiCalls& api, Journal& journal, const BatchRecord& record, Job& job) {
  // A link may expire between the last poll and the download: it is asked for again, and not for ever.
  constexpr int most_links = 3;
  int n_gone = 0;
  for (int n_links = 0; n_links < most_links; ++n_links) {
    Waited ended = api.wait(record.query_id, job);
    if (auto* forgotten = std::get_if<Forgotten>(&ended)) return std::move(*forgotten);
    if (const auto* failed = std::get_if<Failed>(&ended)) {
      journal.failed(record.key, failed->message);
      const bool is_value = failed->message.find("bad values") != std::string::npos;
      throw Error(ErrorKind::model, fmt::format("the model failed on {}: {}", batch_of(record), failed->message),
                  is_value ? "--vocab DIR looks at values before anything is sent; gemflow models MODEL --values KEY --vocab DIR lists them" : "");
    }
    ReplySink sink(journal, record.key);
    const Download download = api.download(std::get<Ready>(ended).download_url, sink, job);
    if (download == Download::gone) ++n_gone;
    if (download == Download::done) {
      sink.finish();
      return std::nullopt;
    }
  }
  if (n_gone == most_links) return Forgotten{fmt::format("the answer to {} is not there any more: {} links in a row led to nothing", batch_of(record), most_links)};
  throw Error(ErrorKind::network,
              fmt::format("the answer to {} cannot be downloaded: {} links in a row had expired", batch_of(record), most_links));
}

std::unique_ptr<ByteSource> Exchange::ask(const Body& body, Job& job) {
  const std::string key = body.key();
  BatchRecord record = journal_.plan({key, body.first, body.n, body.purpose, body.parent});
  while (true) {
    job.check_stop();
    switch (record.state) {
      case BatchState::planned:
      case BatchState::failed: send(key, body, job); break;
      case BatchState::sending: settle_unknown(record, "an earlier run ended before it heard of it"); break;
      case BatchState::submitted: fetch(key, job); break;
      case BatchState::halved:
        if (body.n >= 2) return nullptr;
        throw Error(ErrorKind::input, fmt::format("reading the journal '{}': {} was cut in two, which it cannot have been",
                                                  journal_.folder().string(), batch_of(record)));
      case BatchState::downloaded:
        if (auto reply = journal_.open_reply(key)) return reply;
        break;  // it is damaged or gone, and was set back to be fetched again
    }
    record = journal_.find(key);
  }
}

void Exchange::send(const std::string& key, const Body& body, Job& job) {
  first_alone_.wait(job.stop);
  FirstAlone::Pass pass(first_alone_);
  job.check_stop();
  journal_.sending(key);
  Submission submission;
  try {
    submission = api_.submit(body.model_id, body.text, key, job);
  } catch (const Error&) {
    journal_.not_sent(key);
    throw;
  }
  const auto* accepted = std::get_if<Accepted>(&submission);
  if (accepted != nullptr && journal_.is_of_another(accepted->query_id, key)) {
    settle_unknown(journal_.find(key), fmt::format("it was given the id '{}', which another batch has", printable(accepted->query_id)));
  } else if (accepted != nullptr) {
    journal_.submitted(key, accepted->query_id);
    const bool is_answered = fetch(key, job);
    if (is_answered && body.purpose == "batch") pass.answered();  // genes are learnt from another model, which says nothing of this one
  } else if (const auto* unknown = std::get_if<Unknown>(&submission)) {
    settle_unknown(journal_.find(key), unknown->reason);
  } else {
    journal_.not_sent(key);
    if (body.n < 2) {
      throw Error(ErrorKind::model, fmt::format("the server finds {} too large, and it cannot be cut: {} bytes",
                                                batch_of(journal_.find(key)), body.text.size()));
    }
    journal_.halved(key);
  }
}

bool Exchange::fetch(const std::string& key, Job& job) {
  const BatchRecord record = journal_.find(key);
  const std::optional<Forgotten> forgotten = fetch_reply(api_, journal_, record, job);
  if (!forgotten) return true;
  if (on_unknown_ == OnUnknown::stop) {
    throw Error(ErrorKind::model, forgotten->reason,
                fmt::format("to send it again, and pay it again, if the server has forgotten it: gemflow resume '{}' --on-unknown resubmit",
                            journal_.folder().string()));
  }
  send_again(record, forgotten->reason);
  return false;
}

void Exchange::settle_unknown(const BatchRecord& record, const std::string& reason) {
  if (on_unknown_ == OnUnknown::stop) throw pending(record, reason);
  send_again(record, reason);
}

void Exchange::send_again(const BatchRecord& record, const std::string& reason) {
  constexpr int most_resubmissions = 5;
  if (record.resubmissions >= most_resubmissions) {
    throw Error(ErrorKind::pending, fmt::format("{}; {} was sent again {} times already", reason, batch_of(record), record.resubmissions),
                "ask those who run the server what became of it; another --journal DIR begins anew, and pays all again");
  }
  journal_.resubmit(record.key);
}

Error Exchange::pending(const BatchRecord& record, const std::string& reason) const {
  return {ErrorKind::pending, fmt::format("{} may have been charged, and nobody knows its id: {}", batch_of(record), reason),
          fmt::format("to send it again, and perhaps pay it twice: gemflow resume '{}' --on-unknown resubmit", journal_.folder().string())};
}

}  // namespace gemflow::synthesize_api
