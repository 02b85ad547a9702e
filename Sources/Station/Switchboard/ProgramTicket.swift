/// A request that is answered later; by then its program may be gone, and another may have its
/// place.
package struct ProgramTicket: Equatable, Sendable {
    /// No program ever has it: what it is told is dropped.
    package static let nobody = ProgramTicket(place: 0, number: 0)

    package let place: Int
    package let number: UInt64

    package init(place: Int, number: UInt64) {
        self.place = place
        self.number = number
    }
}
