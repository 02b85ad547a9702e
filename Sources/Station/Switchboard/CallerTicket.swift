/// A request that is answered later; by then its caller may be gone, and another may have its
/// place.
package struct CallerTicket: Equatable, Sendable {
    /// No caller ever has it: what it is told is dropped.
    package static let nobody = CallerTicket(place: 0, number: 0)

    package let place: Int
    package let number: UInt64

    package init(place: Int, number: UInt64) {
        self.place = place
        self.number = number
    }
}
