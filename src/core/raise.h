#pragma once

#include <c10/util/Exception.h>

namespace torch::distributions {

/// The backtrace of an error; null unless the environment variable TORCH_SHOW_CPP_STACKTRACES is 1.
c10::Backtrace backtrace();

/// Throws an error whose `what()` is the message. LibTorch's own macros append a backtrace, whose
/// many lines hide the message.
template <class Error, class... Parts>
[[noreturn]] void raise(const Parts&... parts) {
  throw Error(c10::str(parts...), backtrace());
}

/// \throws c10::ValueError if the argument `handle` is empty.
template <class Handle>
void require_handle(const char* class_name, const char* argument, const Handle& handle) {
  if (!handle) [[unlikely]]
    raise<c10::ValueError>(class_name, ": `", argument, "` is an empty handle");
}

}  // namespace torch::distributions

/// Throws an error unless the condition is true. The parts of its message are evaluated only if it
/// throws.
#define TORCH_DISTRIBUTIONS_CHECK(Error, condition, ...)        \
  do {                                                          \
    if (!(condition)) [[unlikely]]                              \
      ::torch::distributions::raise<::c10::Error>(__VA_ARGS__); \
  } while (false)
