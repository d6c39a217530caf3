#include <torch/distributions/core/probs_or_logits.h>

#include "ops/special/log_of_probability.h"
#include "ops/special/tensor_scalar.h"
#include "ops/vectors/softmax.h"

namespace torch::distributions {

ProbsOrLogits core::require_one(const char* class_name, ProbsOrLogits given) {
  core::require_exactly_one(class_name, {{"probs", &given.probs}, {"logits", &given.logits}});
  if (given.probs.defined()) core::require_numbers(class_name, "probs", given.probs);
  if (given.logits.defined()) core::require_numbers(class_name, "logits", given.logits);
  return given;
}

core::HasProbs::HasProbs(Kind kind, const char* class_name, const ProbsOrLogits& given)
    : kind_(kind) {
  core::require_exactly_one(class_name, {{"probs", &given.probs}, {"logits", &given.logits}});
}

Tensor core::HasProbs::probs() const {
  if (probs_.defined()) return probs_;
  return kind_ == Kind::kBinary ? logits_.sigmoid() : ops::softmax(logits_);
}

Tensor core::HasProbs::logits() const {
  if (logits_.defined()) return logits_;
  if (kind_ == Kind::kBinary) return probs_.log() - probs_.neg().log1p();
  return ops::special::log_of_probability(probs_);
}

void core::HasProbs::normalize(bool may_be_empty) {
  if (probs_.defined()) {
    probs_ = ops::normalize(probs_);
  } else {
    logits_ = ops::log_softmax(logits_, may_be_empty);
  }
}

}  // namespace torch::distributions
