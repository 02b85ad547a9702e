internal import Station
internal import Wire

/// The size of the frames that are encoded once for all listeners, by what each one's way bears.
///
/// A talk to one listener follows its way. In a talk to several, frames become no shorter for one
/// of them than those that fill the smallest packet: shorter ones save nothing on the way, and only
/// make room for copies, which that listener gets in larger packets of its own instead. Further
/// down they go only as far as more than half of the listeners need. So a listener whose reports
/// are bad, or false, costs the others no more than that. One whose way bears nothing at all counts
/// only if there is no other.
struct CommonFrameSize {
    /// Wishes in bytes, in order.
    private var wishes = InlineArray<64, Int>(repeating: 0)
    private var count = 0
    private var hopeless = Int.max

    mutating func add(wish: Int, isHopeless: Bool) {
        guard !isHopeless else {
            hopeless = min(hopeless, wish)
            return
        }
        var place = count
        while place > 0, wishes[place - 1] > wish {
            wishes[place] = wishes[place - 1]
            place -= 1
        }
        wishes[place] = wish
        count += 1
    }

    func size(atMost most: Int) -> Int {
        guard count > 0 else { return min(most, hopeless) }
        let middle = wishes[count / 2]
        return min(most, max(wishes[0], min(middle, AudioPacket.roomMin)))
    }
}
