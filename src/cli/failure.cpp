// SPDX-License-Identifier: Apache-2.0
#include "failure.hpp"

#include <fmt/format.h>

#include <new>
#include <system_error>

#include "gemflow/core/error.hpp"

namespace gemflow::cli {
namespace {

Failure of_kind(ErrorKind kind, std::string message, std::string hint) {
  return {exit_code(kind), std::string(name_of(kind)), std::move(message), std::move(hint)};
}

}  // namespace

Failure failure_of(const std::exception_ptr& exception) {
  constexpr std::string_view is_bug = "this is a bug: please report the command and what gemflow --version prints";
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return of_kind(error.kind(), error.message(), error.hint());
  } catch (const std::bad_alloc&) {
    return of_kind(ErrorKind::memory, "the system has no more memory to give",
                   "a smaller --memory, fewer --threads or a smaller --batch-size needs less");
  } catch (const std::system_error& error) {
    return of_kind(ErrorKind::io, error.what(), {});
  } catch (const std::exception& error) {
    return of_kind(ErrorKind::internal, fmt::format("unexpected: {}", error.what()), std::string(is_bug));
  } catch (...) {
    return of_kind(ErrorKind::internal, "unexpected: an exception without a name", std::string(is_bug));
  }
}

}  // namespace gemflow::cli
