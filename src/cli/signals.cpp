// SPDX-License-Identifier: Apache-2.0
#include "signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace gemflow::cli {
namespace {

/// A shell reports 128 and the signal's number.
constexpr int ended_by_signal = 128;

bool is_heard(int signal) {
  struct sigaction now {};
  return sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN;
}

sigset_t signals_to_stop() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (is_heard(SIGHUP)) sigaddset(&set, SIGHUP);  // a terminal that goes away; `nohup` has it ignored
  return set;
}

}  // namespace

Signals::Signals() {
  ::signal(SIGPIPE, SIG_IGN);  // a broken pipe is an answer of `write`
  ::signal(SIGXFSZ, SIG_IGN);  // and so is a file that grows beyond what is allowed
  const sigset_t set = signals_to_stop();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { wait(); });
}

void Signals::wait() {
  const sigset_t set = signals_to_stop();
  for (int signal = 0; sigwait(&set, &signal) == 0;) {
    if (caught_.exchange(signal) != 0) _exit(ended_by_signal + signal);
    source_.request_stop();
  }
}

int Signals::exit_code() const noexcept {
  const int signal = caught_.load();
  return ended_by_signal + (signal == 0 ? SIGINT : signal);
}

}  // namespace gemflow::cli
