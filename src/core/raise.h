#pragma once

#include <c10/util/Exception.h>

namespace torch::distributions {

/// The backtrace of an error: none, unless TORCH_SHOW_CPP_STACKTRACES asks for it.
c10::Backtrace backtrace();

/// Throws an error whose `what()` is the message. LibTorch's own macros add a backtrace to it, of
/// so many lines that the message is hard to find.
template <class Error, class... Parts>
[[noreturn]] void raise(const Parts&... parts) {
  throw Error(c10::str(parts...), backtrace());
}

/// \throws c10::ValueError when the handle that an argument holds is empty.
template <class Handle>
void require_handle(const char* class_name, const char* argument, const Handle& handle) {
  if (!handle) [[unlikely]]
    raise<c10::ValueError>(class_name, ": `", argument, "` is an empty handle");
}

}  // namespace torch::distributions

/// Throws an error unless the condition holds; the parts of its message are evaluated only then.
#define TORCH_DISTRIBUTIONS_CHECK(Error, condition, ...)        \
  do {                                                          \
    if (!(condition)) [[unlikely]]                              \
      ::torch::distributions::raise<::c10::Error>(__VA_ARGS__); \
  } while (false)
