import Vectors

/// The parts of `intercom_v1.json` that concern keys and packets.
struct IntercomVectors: Decodable {
    struct Inputs: Decodable {
        struct Packet: Decodable {
            let flags: UInt8
            let ctr: UInt64
            let time: UInt16
            let plain: String
        }
        struct LAN: Decodable { let nonce: String }
        let init_static: String
        let resp_static: String
        let psk: String
        let init_index: String
        let resp_index: String
        let frames: [Packet]
        let window: [[UInt64]]
        let reconstruct: [[Int64]]
        let keytext_refuse: [String]
        let lan: LAN
    }
    struct Handshake: Decodable {
        struct Direction: Decodable {
            let key: String
            let hp: String
            let iv: String
        }
        struct Keys: Decodable {
            let i2r: Direction
            let r2i: Direction
        }
        let suite: UInt8
        let m1: String
        let m2: String
        let m3: String
        let keys: Keys
        let cookie: String
        let cookie_reply: String
        let m1_keyed_head: String
        let m1_keyed_mac: String
    }
    struct Packet: Decodable {
        let suite: UInt8
        let dir: String
        let flags: UInt8
        let ctr: UInt64
        let frame: String
    }
    struct Text: Decodable {
        let pk: String
        let key: String
        let fingerprint: String
    }
    struct LAN: Decodable {
        struct Tags: Decodable {
            let psk: String
            let `init`: String
            let resp: String
        }
        let tags: [Tags]
    }
    struct Refusal: Decodable {
        let at: String
        let suite: UInt8
        let why: String
        let message: String
    }

    let inputs: Inputs
    let `public`: [String: String]
    let handshake: [Handshake]
    let cookie6: String
    let frames: [Packet]
    let window: [[Bool]]
    let reconstruct: [UInt64?]
    let text: [Text]
    let lan: LAN
    let refuse: [Refusal]
}

let vectors: IntercomVectors = {
    do {
        return try ProtocolVectors.read(as: IntercomVectors.self)
    } catch { fatalError("\(error)") }
}()
