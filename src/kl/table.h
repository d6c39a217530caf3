#pragma once

#include <vector>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions::kl {

/// A rule that the library comes with.
struct BuiltInRule {
  const Type* p;
  const Type* q;
  Tensor (*rule)(const Distribution& p, const Distribution& q);
};

/// All of them. An explicit table rather than static objects that register themselves, which a
/// static link would drop.
std::vector<BuiltInRule> built_in_rules();

/// \throws c10::NotImplementedError "No KL(p || q) is implemented for p type P and q type Q", and
/// why if a reason is given.
[[noreturn]] void not_implemented(const Distribution& p, const Distribution& q,
                                  const char* reason = nullptr);

/// \throws c10::ValueError for distributions of events of different shapes, between which there is
/// no divergence.
void require_equal_event_shapes(const Distribution& p, const Distribution& q);

}  // namespace torch::distributions::kl
