package import HAL

/// The opened line of a talk key, on its way to the media loop.
///
/// A type of its own: the compiler of Embedded Swift 6.3 fails to destroy a command whose payload
/// is a tuple with a line in it.
package struct KeyLine: ~Copyable, Sendable {
    /// The place of the key in the plan.
    package let place: Int
    package let line: InputLine

    package init(_ line: consuming InputLine, of place: Int) {
        self.place = place
        self.line = line
    }
}
