internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Pairing
internal import Settings
internal import Time
internal import Wire

/// `pair` and `pair HOST CODE`: two stations become peers by a code that one shows and the other
/// is told (protocol.md §4.1).
func pair(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let book = try PeerBook(invocation)
    let config = try book.config()
    guard let key = try ownKey(book.paths) else {
        throw Failure(
            .notRunning,
            "this station has no identity yet and intercomd, which makes it, is not running: start"
                + " it once (sudo systemctl start intercomd), then pair")
    }
    var capabilities = Capabilities(bootID: 0)
    capabilities.flags = config.network.port
    guard
        let card = PairingCard(
            publicKey: key, capabilities: capabilities, name: config.station.name)
    else { throw Failure(.failed, "\(config.station.name) is no name for a station") }
    guard let host = invocation.arguments.first else {
        return try showCode(as: card, config.network, invocation)
    }
    let typed = invocation.arguments.dropFirst().joined(separator: " ")
    guard let code = PairingCode(typed: typed) else {
        throw Failure(
            .usage,
            typed.isEmpty
                ? "the code is missing: pair HOST CODE, with the code that the other station shows"
                : "\"\(typed.visible)\" is no code: it has 8 letters and digits, or 6 digits")
    }
    return try enter(code, at: host, as: card, invocation)
}

/// The suites that this machine offers: AES where it takes the same time for all keys.
var offeredSuites: OfferedSuites { OfferedSuites(withAES: Processor.hasAES) }
