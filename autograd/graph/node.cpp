#include <shikumi/autograd/graph/node.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/graph_locks.hpp>
#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

thread_local constinit std::uint16_t current_thread_id = 0;
thread_local constinit Cell* free_cells = nullptr;
thread_local constinit std::int64_t born = 0;

namespace {

// In Node::shared, below the count.
constexpr std::int64_t merged = 1;  // the owner gave its count up; `shared` alone counts
constexpr std::int64_t queued = 2;  // waits in the owner's mailbox, which alone may destroy it
constexpr std::int64_t one = 4;

constexpr std::int64_t count_of(std::int64_t shared) noexcept { return shared >> 2; }

// A thread id is a place that threads take in turn: whoever takes it inherits the nodes biased to
// it. While nobody has it, the mailbox's mutex stands in for the owner.
struct Mailbox {
    std::mutex mutex;
    std::vector<const Node*> nodes;
    std::atomic<bool> full{false};
    bool taken = false;
    std::recursive_mutex graph;  // held by whoever evaluates or follows the graph recorded here
};

struct Threads {
    std::mutex mutex;
    std::vector<std::uint16_t> free_ids;
    std::uint16_t next_id = 1;
    std::array<std::atomic<Mailbox*>, Node::nobody> mailboxes{};
    std::atomic<std::int64_t> live{0};

    // Where threads record that have ended.
    Threads() { mailboxes[0].store(new Mailbox, std::memory_order_relaxed); }
    static Threads& instance() {
        static Threads& threads =
            *new Threads;  // leaked: nodes in static objects outlive any order
        return threads;
    }
    Mailbox& mailbox(std::uint16_t id) { return *mailboxes[id].load(std::memory_order_acquire); }
};

// Adds the owner's count to the shared one. The caller is the owner, or holds the mailbox of an
// id that nobody has. True where no handle is left.
bool merge(const Node* node) noexcept {
    std::int64_t add = 0;
    if (node->owner.load(std::memory_order_relaxed) != Node::nobody) {
        add = static_cast<std::int64_t>(node->local) * one;
        node->local = 0;
        node->owner.store(Node::nobody, std::memory_order_relaxed);
    }
    std::int64_t old = node->shared.load(std::memory_order_relaxed);
    std::int64_t now = 0;
    do {
        now = ((old + add) | merged) & ~queued;
    } while (!node->shared.compare_exchange_weak(old, now, std::memory_order_acq_rel,
                                                 std::memory_order_relaxed));
    return count_of(now) == 0;
}

void merge_all(std::vector<const Node*>& nodes) noexcept {
    for (const Node* node : nodes) {
        if (merge(node)) destroy(node);
    }
}

std::recursive_mutex& graph_mutex(std::uint16_t home) {
    return Threads::instance().mailbox(home).graph;
}

// Whoever locks one graph after another holds this: no two threads wait for each other.
std::recursive_mutex& foreign_graphs() {
    static auto& mutex = *new std::recursive_mutex;
    return mutex;
}

// Nodes come from chunks that are never given back, through a free list for each thread.
constexpr std::size_t chunk_nodes = 256;

struct SharedCells {
    std::mutex mutex;
    Cell* free = nullptr;
    std::vector<std::unique_ptr<Cell[]>> chunks;
    static SharedCells& instance() {
        static SharedCells& cells = *new SharedCells;
        return cells;
    }
};

void tell_live() noexcept {
    if (born == 0) return;
    Threads::instance().live.fetch_add(born, std::memory_order_relaxed);
    born = 0;
}

// Takes an id for this thread and gives it, the mailbox and the free cells back at its end.
struct ThreadPlace {
    ThreadPlace() {
        Threads& threads = Threads::instance();
        const std::lock_guard lock(threads.mutex);
        std::uint16_t id = 0;
        if (!threads.free_ids.empty()) {
            id = threads.free_ids.back();
            threads.free_ids.pop_back();
        } else {
            if (threads.next_id == Node::nobody)
                throw StateError("[thread] more than 65,534 threads hold tensors");
            id = threads.next_id;
            // Room for all ids, when their threads have ended.
            if (threads.free_ids.capacity() < id) threads.free_ids.reserve(std::size_t{2} * id);
            threads.mailboxes[id].store(new Mailbox, std::memory_order_release);
            ++threads.next_id;
        }
        Mailbox& mailbox = threads.mailbox(id);
        const std::lock_guard claim(mailbox.mutex);
        mailbox.taken = true;
        current_thread_id = id;
    }
    ~ThreadPlace() {
        Threads& threads = Threads::instance();
        const std::uint16_t id = current_thread_id;
        collect_released();
        {
            Mailbox& mailbox = threads.mailbox(id);
            std::vector<const Node*> rest;
            {
                const std::lock_guard lock(mailbox.mutex);
                mailbox.taken = false;
                current_thread_id = 0;  // from here on it counts its nodes as other threads do
                rest.swap(mailbox.nodes);
                mailbox.full = false;
                for (const Node*& node : rest) {
                    if (!merge(node)) node = nullptr;
                }
            }
            for (const Node* node : rest) {
                if (node) destroy(node);
            }
        }
        share_cells();
        const std::lock_guard lock(threads.mutex);
        threads.free_ids.push_back(id);
    }
};

// More cells for this thread.
void refill() {
    // Not before the first node: a thread that only reads tensors needs no place.
    static thread_local ThreadPlace place;
    static_cast<void>(place);
    SharedCells& shared = SharedCells::instance();
    const Cell* const before = free_cells;
    const std::lock_guard lock(shared.mutex);
    for (std::size_t i = 0; i < chunk_nodes && shared.free; ++i) {
        Cell* cell = shared.free;
        shared.free = cell->next;
        cell->next = free_cells;
        free_cells = cell;
    }
    if (free_cells != before) return;
    shared.chunks.push_back(std::make_unique<Cell[]>(chunk_nodes));
    for (std::size_t i = chunk_nodes; i-- > 0;) {
        Cell& cell = shared.chunks.back()[i];
        cell.next = free_cells;
        free_cells = &cell;
    }
}

}  // namespace

// Moves this thread's free cells to the list that all threads share.
void share_cells() noexcept {
    tell_live();
    SharedCells& shared = SharedCells::instance();
    const std::lock_guard lock(shared.mutex);
    while (Cell* cell = free_cells) {
        free_cells = cell->next;
        cell->next = shared.free;
        shared.free = cell;
    }
}

void keep_nodes(int more) noexcept {
    born -= more;
    if (current_thread_id == 0) tell_live();
}

void drop_inputs(const Node& node) noexcept {
    if (node.op == nullptr) return;
    for (Tensor& input : node.edges()) Tensor(std::move(input));
    if (node.has(Node::tail)) delete[] node.inputs_.many;
    node.op->release();
    std::atomic_ref(node.op).store(nullptr, std::memory_order_relaxed);
    node.arity = 0;
    node.lower(Node::tail);
    node.inputs_.parameter = nullptr;
}

void collect_released() noexcept {
    if (current_thread_id == 0) return;
    tell_live();
    Mailbox& mailbox = Threads::instance().mailbox(current_thread_id);
    if (!mailbox.full.load(std::memory_order_relaxed)) return;
    std::vector<const Node*> nodes;
    {
        const std::lock_guard lock(mailbox.mutex);
        nodes.swap(mailbox.nodes);
        mailbox.full = false;
    }
    merge_all(nodes);
}

std::int64_t live_nodes() noexcept {
    collect_released();
    tell_live();
    return Threads::instance().live.load(std::memory_order_relaxed);
}

Node* new_node_elsewhere() {
    refill();
    Node* node = new Node;
    if (current_thread_id == 0) {  // recorded while the thread ends: no owner
        node->local = 0;
        node->owner.store(Node::nobody, std::memory_order_relaxed);
        node->shared.store(one | merged, std::memory_order_relaxed);
        share_cells();
    }
    return node;
}

void reserve_nodes(std::size_t count) {
    const auto enough = [&] {
        const Cell* cell = free_cells;
        std::size_t found = 0;
        for (; cell && found < count; ++found) cell = cell->next;
        return found == count;
    };
    while (!enough()) {
        refill();
        if (current_thread_id == 0) return share_cells();  // the thread ends: it keeps none
    }
}

void hold_foreign(const Node& node) {
    if (!node.data && !node.at_home()) evaluate_foreign(node);
    add_handle(&node);
}

OwnGraph::OwnGraph() : mutex_(graph_mutex(current_thread_id)) { mutex_.lock(); }
OwnGraph::~OwnGraph() { mutex_.unlock(); }

void ForeignGraphs::enter(std::uint16_t home) {
    if (std::find(homes_.begin(), homes_.end(), home) != homes_.end()) return;
    homes_.reserve(homes_.size() + 1);  // what is locked is known, whatever happens
    if (homes_.empty()) foreign_graphs().lock();
    graph_mutex(home).lock();
    homes_.push_back(home);
}

void ForeignGraphs::leave() noexcept {
    if (homes_.empty()) return;
    for (const std::uint16_t home : homes_) graph_mutex(home).unlock();
    homes_.clear();
    foreign_graphs().unlock();
}

void retain_shared(const Node* node) noexcept {
    node->shared.fetch_add(one, std::memory_order_relaxed);
}

bool release_last_local(const Node* node) noexcept {
    std::int64_t old = node->shared.load(std::memory_order_acquire);
    node->owner.store(Node::nobody, std::memory_order_relaxed);
    while (!node->shared.compare_exchange_weak(old, old | merged, std::memory_order_acq_rel,
                                               std::memory_order_acquire)) {
    }
    return count_of(old) == 0 && (old & queued) == 0;
}

bool release_shared(const Node* node) noexcept {
    // Read first: once the count is down the node may be gone, unless this call queues it.
    const std::uint16_t home = node->home;
    std::int64_t old = node->shared.load(std::memory_order_relaxed);
    std::int64_t now = 0;
    bool queue = false;
    do {
        now = old - one;
        queue = (old & (merged | queued)) == 0 && count_of(now) < 0;
        if (queue) now |= queued;
    } while (!node->shared.compare_exchange_weak(old, now, std::memory_order_acq_rel,
                                                 std::memory_order_relaxed));
    if (!queue) return (now & (merged | queued)) == merged && count_of(now) == 0;
    Mailbox& mailbox = Threads::instance().mailbox(home);
    const std::lock_guard lock(mailbox.mutex);
    if (!mailbox.taken) return merge(node);
    try {
        mailbox.nodes.push_back(node);
        mailbox.full.store(true, std::memory_order_relaxed);
    } catch (const std::bad_alloc&) {
        // Its owner never hears of it: the node stays to the end.
    }
    return false;
}

// Iterative: a chain of any length is destroyed in constant stack.
void destroy(const Node* node) noexcept {
    node->next = nullptr;
    for (const Node* dead = node; dead != nullptr;) {
        const Node* current = dead;
        dead = dead->next;
        if (current->op) {
            for (Tensor& input : current->edges()) {
                const Node* child = input.release();
                if (!drop_handle(child)) continue;
                child->next = dead;
                dead = child;
            }
            if (current->has(Node::tail)) delete[] current->inputs_.many;
            current->op->release();
        }
        delete current;
    }
}

}  // namespace shikumi::detail
