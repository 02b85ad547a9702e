/// Tells a talker's pauses from words, by energy alone.
///
/// Energies are means of squared samples. It follows the high level (words) and the low level
/// (room) of the played sound; both outlive the talkspurt, because the room stays the same.
struct PauseDetector {
    private var speech: Float = 0
    private var floor: Float = 0
    private(set) var wasQuiet = false

    /// -55 dBFS: sound below it is no speech, whatever else is known.
    private static let silence: Float = 32_768 * 32_768 * 3.16e-6
    /// -70 dBFS.
    private static let nothing: Float = 32_768 * 32_768 * 1e-7

    /// Takes one played frame.
    mutating func add(_ energy: Float) {
        wasQuiet = isQuiet(energy)
        // Words: 1 dB/s down, at once up. Room: 1 dB/s up, at once down.
        speech = max(energy, speech * 0.997_7)
        floor = floor == 0 ? energy : min(energy, floor * 1.002_3)
        floor = max(floor, Self.nothing)
    }

    func isQuiet(_ energy: Float) -> Bool {
        if energy < Self.nothing { return true }
        guard speech > 10 * Self.silence else { return energy < Self.silence }
        // 32 dB below the words; or near the room's noise, if that is 15 dB below them.
        if energy < speech * 0.000_63 { return true }
        return energy < floor * 4 && energy < speech * 0.032
    }
}
