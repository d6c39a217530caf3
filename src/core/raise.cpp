#include "core/raise.h"

#include <c10/util/env.h>

namespace torch::distributions {

c10::Backtrace backtrace() {
  if (!c10::utils::check_env("TORCH_SHOW_CPP_STACKTRACES").value_or(false)) return nullptr;
  return c10::get_lazy_backtrace(/*frames_to_skip=*/2);
}

}  // namespace torch::distributions
