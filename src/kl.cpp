#include <torch/distributions/kl.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <typeindex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/class_name.h"
#include "core/raise.h"
#include "kl/table.h"

namespace torch::distributions {
namespace {

using TypePair = std::pair<std::type_index, std::type_index>;

struct TypePairHash {
  std::size_t operator()(const TypePair& pair) const noexcept {
    constexpr std::size_t kOddMultiplier = 0x9e3779b97f4a7c15;  // 2^64 over the golden ratio
    return pair.first.hash_code() * kOddMultiplier + pair.second.hash_code();
  }
};

/// The rules, and caches for each pair of dynamic types seen so far: the rule that was found or
/// null, and the hint of an error.
class Registry {
 public:
  /// Never destroyed, so that destructors of static objects can compute divergences.
  static Registry& instance() {
    static Registry& registry = *new Registry;
    return registry;
  }

  void add(const core::Type& p, const core::Type& q, KlRule rule) {
    auto owned = std::make_shared<const KlRule>(std::move(rule));
    // Destroyed after the unlock, like the replaced rule: the destructor of a rule is user code.
    decltype(found_) forgotten;
    const std::unique_lock lock(mutex_);
    insert(p, q, owned);
    found_.swap(forgotten);
    hints_.clear();
  }

  /// The rule for two types, or null.
  std::shared_ptr<const KlRule> find(const core::Type& p, const core::Type& q) {
    const TypePair key(p.id, q.id);
    {
      const std::shared_lock lock(mutex_);
      if (const auto it = found_.find(key); it != found_.end()) return it->second;
    }
    std::string warning;
    std::shared_ptr<const KlRule> rule;
    {
      const std::unique_lock lock(mutex_);
      if (const auto it = found_.find(key); it != found_.end())
        return it->second;  // another thread has added it meanwhile
      rule = resolve(p, q, warning);
      found_.emplace(key, rule);
    }
    // Warns without the lock: a warning handler is user code, which may compute a divergence.
    if (!warning.empty()) TORCH_WARN(warning);
    return rule;
  }

  /// The classes for which there are rules with `p` on the left, and with `q` on the right.
  std::string hint(const core::Type& p, const core::Type& q) {
    const TypePair key(p.id, q.id);
    {
      const std::shared_lock lock(mutex_);
      if (const auto it = hints_.find(key); it != hints_.end()) return it->second;
    }
    const std::unique_lock lock(mutex_);
    return hints_.emplace(key, partners(p, Side::kLeft) + partners(q, Side::kRight)).first->second;
  }

 private:
  struct Entry {
    core::Type p, q;
    std::shared_ptr<const KlRule> rule;
  };

  Registry() {
    for (const auto& built_in : kl::built_in_rules()) {
      auto rule = std::make_shared<const KlRule>(built_in.rule);
      insert(*built_in.p, *built_in.q, rule);
    }
  }

  /// Adds `rule`, or swaps it with the existing rule of the pair.
  void insert(const core::Type& p, const core::Type& q, std::shared_ptr<const KlRule>& rule) {
    for (Entry& entry : entries_) {
      if (entry.p == p && entry.q == q) {
        entry.rule.swap(rule);
        return;
      }
    }
    entries_.push_back({p, q, std::move(rule)});
  }

  /// The rule of the entry nearest to `p`, then to `q`. If another entry is nearest to `q`, then to
  /// `p`, the choice is ambiguous and `warning` is set.
  std::shared_ptr<const KlRule> resolve(const core::Type& p, const core::Type& q,
                                        std::string& warning) const {
    const Entry *left = nullptr, *right = nullptr;
    std::pair<int, int> left_distance, right_distance;
    for (const Entry& entry : entries_) {
      const int p_distance = p.distance_to(entry.p.id), q_distance = q.distance_to(entry.q.id);
      if (p_distance < 0 || q_distance < 0) continue;
      const std::pair from_left(p_distance, q_distance), from_right(q_distance, p_distance);
      if (left == nullptr || from_left < left_distance)
        std::tie(left, left_distance) = std::pair(&entry, from_left);
      if (right == nullptr || from_right < right_distance) {
        std::tie(right, right_distance) = std::pair(&entry, from_right);
      }
    }
    if (left == nullptr) return nullptr;
    if (left != right) {
      warning = c10::str("Ambiguous kl_divergence(", p.name, ", ", q.name, "). Please register_kl(",
                         left->p.name, ", ", right->q.name, ")");
    }
    return left->rule;
  }

  enum class Side { kLeft, kRight };

  /// A sentence on the rules of the class, or of its nearest base that has any, on one side.
  std::string partners(const core::Type& type, Side side) const {
    const bool is_left = side == Side::kLeft;
    const core::Type* base = &type;
    std::set<std::string_view> names;
    for (; base != nullptr; base = base->base) {
      for (const Entry& entry : entries_) {
        if ((is_left ? entry.p : entry.q) == *base)
          names.insert((is_left ? entry.q : entry.p).name);
      }
      if (!names.empty()) break;
    }
    std::string sentence = names.empty() ? " There is no rule " : " The rules ";
    sentence += c10::str(is_left ? "from p type " : "to q type ", type.name);
    if (names.empty()) return sentence + '.';
    if (!(*base == type)) sentence += c10::str(", as a ", base->name, ',');
    const char* separator = is_left ? " lead to " : " come from ";
    for (const std::string_view name : names) {
      sentence += c10::str(separator, name);
      separator = ", ";
    }
    return sentence + '.';
  }

  std::shared_mutex mutex_;
  std::vector<Entry> entries_;
  std::unordered_map<TypePair, std::shared_ptr<const KlRule>, TypePairHash> found_;
  std::unordered_map<TypePair, std::string, TypePairHash> hints_;
};

}  // namespace

Tensor kl_divergence(const Distribution& p, const Distribution& q) {
  // No lock is held while a rule runs: rules of composites compute the divergence of their parts.
  const auto rule = Registry::instance().find(p.type(), q.type());
  if (rule == nullptr) kl::not_implemented(p, q);
  kl::require_broadcastable_batches(p, q);
  return (*rule)(p, q);
}

void kl::not_implemented(const Distribution& p, const Distribution& q, const std::string& reason) {
  raise<c10::NotImplementedError>(without_rule(p, q), reason.empty() ? "." : ": ", reason,
                                  reason.empty() ? "" : ".",
                                  Registry::instance().hint(p.type(), q.type()),
                                  " kl_divergence_monte_carlo estimates the divergence by draws.");
}

void core::require_own_type(const core::Type& type, const std::type_info& of) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, type.id == of, "register_kl: ", class_name(of),
                            " is only known as ", type.name, "; derive it from Implements");
}

void register_kl(const core::Type& p, const core::Type& q, KlRule rule) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, rule != nullptr, "register_kl: the rule for (", p.name,
                            ", ", q.name, ") is empty");
  Registry::instance().add(p, q, std::move(rule));
}

}  // namespace torch::distributions
