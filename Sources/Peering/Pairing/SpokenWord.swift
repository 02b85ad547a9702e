/// A word that a station without a screen says to the person at its talk button.
///
/// The raw value is the name of its sound: `pairing-code.wav`.
public enum SpokenWord: String, CaseIterable, Sendable {
    case zero = "0"
    case one = "1"
    case two = "2"
    case three = "3"
    case four = "4"
    case five = "5"
    case six = "6"
    case seven = "7"
    case eight = "8"
    case nine = "9"
    /// The digits of this station's code follow.
    case pairingCode = "pairing-code"
    case paired
    /// A try failed: the typed code differs from the shown one.
    case wrongCode = "wrong-code"
    /// The search for the other station has begun.
    case searching
    case noStationFound = "no-station-found"
    /// This station has no peer, and this is how to pair it.
    case notPaired = "not-paired"
    /// The digits so far are dropped.
    case startAgain = "start-again"
    /// The code is no longer valid: nobody typed it, or a press has ended it.
    case windowClosed = "window-closed"
    /// Three wrong codes were tried, so the right one is no longer valid.
    case codeBurnt = "code-burnt"
    /// No code is possible now: too many wrong codes were tried, or another pairing is under way.
    case pleaseWait = "please-wait"
    /// The pairing failed for another reason; see the journal.
    case failed
    /// How the held button erases this station.
    case eraseWarning = "erase-warning"
    /// All that was learned is forgotten.
    case erased
    /// The warning is over, and nothing was forgotten.
    case notErased = "not-erased"

    /// The word of a digit, 0 to 9.
    static func digit(_ digit: Int) -> SpokenWord { allCases[digit] }

    /// The digit of the word; nil for other words.
    public var digit: Int? { Self.allCases.prefix(10).firstIndex(of: self) }
}
