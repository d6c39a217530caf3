#include <torch/distributions/transforms/transform.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/util/hash.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <ostream>
#include <sstream>
#include <utility>

#include <torch/distributions/constraints/dependent.h>

#include "constraints/points.h"
#include "constraints/scan.h"
#include "core/class_name.h"
#include "core/floating.h"
#include "core/raise.h"
#include "transforms/inverse_transform.h"

namespace torch::distributions {
inline namespace transforms {

/// The last pair (x, y). Each tensor of the pair is the key to the other one.
class Transform::Cache {
 public:
  enum Side : std::size_t { kX, kY };

  /// The cached partner of `key`, or `compute()` if there is none.
  template <class Compute>
  Tensor partner(Side side, const Tensor& key, Compute compute) {
    const Side other = side == kX ? kY : kX;
    const std::optional<Pair> pair = find(side, key);
    if (pair) {
      const Tensor& kept = pair->tensors[other];
      if (!at::GradMode::is_enabled()) return kept;
      if (pair->with_graph) {
        // The key may have been made to require a gradient after it was cached.
        if (key.requires_grad() == pair->requires_grad[side]) return kept;
      } else if (Tensor fresh = compute(); fresh.requires_grad() || kept.requires_grad()) {
        // The pair was made without a graph, and one is needed now.
        keep(side, key, fresh);
        return fresh;
      } else {
        return kept;
      }
    }
    Tensor fresh = compute();
    keep(side, key, fresh);
    return fresh;
  }

 private:
  struct Pair {
    std::array<Tensor, 2> tensors;
    std::array<std::uint32_t, 2> versions;
    std::array<bool, 2> requires_grad;
    bool with_graph;  // whether it was made in grad mode
  };

  /// The number of in-place modifications; 0 for inference tensors, which do not count them.
  static std::uint32_t version(const Tensor& tensor) {
    return tensor.is_inference() ? 0 : static_cast<std::uint32_t>(tensor._version());
  }

  std::optional<Pair> find(Side side, const Tensor& key) {
    const std::lock_guard lock(mutex_);
    if (!pair_ || !pair_->tensors[side].is_same(key)) return std::nullopt;
    if (version(pair_->tensors[kX]) != pair_->versions[kX]) return std::nullopt;
    if (version(pair_->tensors[kY]) != pair_->versions[kY]) return std::nullopt;
    return pair_;
  }

  void keep(Side side, const Tensor& key, const Tensor& value) {
    std::optional<Pair> pair(std::in_place);
    pair->tensors = side == kX ? std::array{key, value} : std::array{value, key};
    for (const Side each : {kX, kY}) {
      pair->versions[each] = version(pair->tensors[each]);
      pair->requires_grad[each] = pair->tensors[each].requires_grad();
    }
    pair->with_graph = at::GradMode::is_enabled();
    // Swap, so that the old pair, which may hold a whole graph, is destroyed outside the lock.
    const std::lock_guard lock(mutex_);
    pair_.swap(pair);
  }

  std::mutex mutex_;
  std::optional<Pair> pair_;
};

namespace {

/// A set without its infinite events, which are limits of every transform.
class FinitePart final : public Constraint {
 public:
  explicit FinitePart(ConstraintPtr set) : set_(std::move(set)) {}

  int64_t event_dim() const override { return set_->event_dim(); }
  Tensor check(const Tensor& value) const override {
    return set_->check(value).logical_and(any_rightmost(value.isinf(), event_dim()).logical_not());
  }
  std::optional<int64_t> first_violation(const Tensor& value) const override {
    const auto first = set_->first_violation(value);
    return finite.first_violation(value) ? Constraint::first_violation(value) : first;
  }
  void print(std::ostream& out) const override { set_->print(out); }

 private:
  ConstraintPtr set_;
};

std::uint64_t next_identity() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

Transform::Transform(int64_t cache_size) : identity_(next_identity()) {
  Transform::set_cache_size(cache_size);
}

void Transform::check_cache_size(int64_t cache_size) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, cache_size == 0 || cache_size == 1,
                            "cache_size must be 0 or 1, got ", cache_size);
}

void Transform::set_cache_size(int64_t cache_size) {
  check_cache_size(cache_size);
  cache_ = cache_size == 0 ? nullptr : std::make_shared<Cache>();
}

void Transform::change(const core::Change& /*change*/) {}

int64_t Transform::event_dim() const {
  const int64_t event_dim = domain()->event_dim();
  TORCH_DISTRIBUTIONS_CHECK(ValueError, event_dim == codomain()->event_dim(),
                            "Please use either .domain.event_dim or .codomain.event_dim");
  return event_dim;
}

Tensor Transform::sign() const { not_implemented("sign"); }

TransformPtr Transform::inv() const { return InverseTransform(TransformPtr(copy())); }

TransformPtr Transform::with_cache(int64_t cache_size) const {
  const std::shared_ptr<Transform> other = copy();
  if (cache_size != this->cache_size()) other->set_cache_size(cache_size);
  return TransformPtr(other);
}

TransformPtr Transform::changed(const core::Change& change) const {
  change.check(class_name(typeid(*this)).c_str());
  const std::shared_ptr<Transform> other = copy();
  if (!change.is_expand()) {
    if (other->cache_) other->cache_ = std::make_shared<Cache>();
    other->change(change);
  }
  return TransformPtr(other);
}

Tensor Transform::operator()(const Tensor& x) const {
  require_value("x", x);
  if (!cache_) return do_forward(x);
  return cache_->partner(Cache::kX, x, [&] { return do_forward(x); });
}

Tensor Transform::inverse(const Tensor& y) const {
  require_value("y", y);
  if (!cache_) return do_inverse(y);
  return cache_->partner(Cache::kY, y, [&] { return do_inverse(y); });
}

Transform::Preimage Transform::do_preimage(const Tensor& y, bool with_jacobian) const {
  const ConstraintPtr set = image(), of_x = domain();
  const auto found = [&](const Tensor& x, const Tensor& of, const Tensor& outside) -> Preimage {
    return {x, with_jacobian ? log_abs_det_jacobian(x, of) : Tensor(), outside};
  };
  if (y.is_meta()) return found(inverse(y), y, {});

  const int64_t y_dim = set->event_dim(), x_dim = of_x->event_dim();
  Tensor point;
  // Replaces events outside by the image of an inner point, where the gradient is finite. At a
  // limit it is infinite.
  const auto replaced = [&](const Tensor& outside) {
    if (!point.defined()) {
      const at::NoGradGuard no_grad;
      const std::vector<int64_t> shape = inverse_shape(y.sizes());
      const auto event = IntArrayRef(shape).slice(shape.size() - static_cast<std::size_t>(x_dim));
      const TensorOptions options = y.options().dtype(floating(y.scalar_type()));
      point = do_forward(inner_point(*of_x, event, options));
      // It may be a limit after rounding, as the cdf is far from the mean.
      const Tensor is_limit = any_rightmost(do_inverse(point).isinf(), x_dim);
      const auto events = y.sizes().slice(static_cast<std::size_t>(y.dim() - y_dim));
      point = at::where(with_event(is_limit, y_dim), inner_point(*set, events, options), point);
    }
    return at::where(with_event(outside, y_dim), point, y);
  };

  // If the image is the whole line, its limits are the infinities.
  const bool is_onto = is_real(*set);
  Tensor outside = violations(is_onto ? finite : *set, y);
  if (is_onto && outside.defined()) outside = any_rightmost(outside, y_dim);
  if (!constraints::scan::readable(y)) {
    // A cache has to be asked with y itself, not with a copy. Without a cache this x only serves to
    // find the limits and needs no graph.
    Tensor x = [&] {
      const at::AutoGradMode mode(at::GradMode::is_enabled() && cache_size() != 0);
      return inverse(y);
    }();
    const Tensor limits = any_rightmost(x.isinf(), x_dim);
    outside = either(outside, limits);
    const Tensor inside = replaced(outside);
    const Tensor again = inverse(inside);
    x = cache_size() == 0 ? again : at::where(with_event(outside, x_dim), again.detach(), x);
    return found(x, inside, outside);
  }
  Tensor inside = outside.defined() ? replaced(outside) : y;
  Tensor x = inverse(inside);
  const auto add_limits = [&](const Tensor& limits) {
    outside = either(outside, limits);
    inside = replaced(outside);
    x = inverse(inside);
  };
  if (finite.first_violation(x)) add_limits(any_rightmost(x.isinf(), x_dim));
  Preimage preimage = found(x, inside, outside);
  // The Jacobian is infinite at a limit whose inverse was rounded to a finite number.
  const Tensor& log_det = preimage.log_abs_det_jacobian;
  if (log_det.defined() && finite.first_violation(log_det)) {
    add_limits(log_det == std::numeric_limits<double>::infinity());
    preimage = found(x, inside, outside);
  }
  return preimage;
}

Tensor Transform::log_abs_det_jacobian(const Tensor& x, const Tensor& y) const {
  require_value("x", x);
  require_value("y", y);
  return do_log_abs_det_jacobian(x, y);
}

Tensor Transform::do_forward(const Tensor& /*x*/) const { not_implemented("operator()"); }

Tensor Transform::do_inverse(const Tensor& /*y*/) const { not_implemented("inv"); }

Tensor Transform::do_log_abs_det_jacobian(const Tensor& /*x*/, const Tensor& /*y*/) const {
  not_implemented("log_abs_det_jacobian");
}

void Transform::refuse_value(const char* argument, const Tensor& value) const {
  core::refuse_tensor(class_name(typeid(*this)).c_str(), argument, value);
}

bool Transform::do_equals(const Transform& other) const { return identity_ == other.identity_; }

void Transform::print(std::ostream& out) const { out << class_name(typeid(*this)) << "()"; }

void Transform::not_implemented(const char* method) const {
  raise<c10::NotImplementedError>(class_name(typeid(*this)), "::", method, " is not implemented");
}

/// The base may map infinity to a finite number, as PowerTransform does. `do_preimage` itself
/// treats infinity as a limit if the codomain is the line.
ConstraintPtr InverseTransform::image() const {
  const ConstraintPtr set = codomain();
  if (is_real(*set) || constraints::is_dependent(*set)) return set;
  return FinitePart(set);
}

void InverseTransform::print(std::ostream& out) const {
  out << "_InverseTransform(" << *base_ << ')';
}

bool operator==(const Transform& a, const Transform& b) {
  return &a == &b || (typeid(a) == typeid(b) && a.do_equals(b));
}

std::size_t hash_value(const Transform& transform) {
  return c10::hash_combine(typeid(transform).hash_code(), transform.do_hash());
}

std::ostream& operator<<(std::ostream& out, const Transform& transform) {
  transform.print(out);
  return out;
}

std::string format_as(const Transform& transform) {
  std::ostringstream out;
  out << transform;
  return std::move(out).str();
}

}  // namespace transforms
}  // namespace torch::distributions
