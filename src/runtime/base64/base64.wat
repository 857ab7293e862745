;; Base64 (RFC 4648 §4) in SIMD, 16 characters at a time, after the lookups by half a character in Muła and
;; Lemire, "Faster Base64 Encoding and Decoding using AVX2 Instructions" (2018). `npm run assemble` makes
;; base64-module.ts of it. Constants are in locals, where the compiler keeps them in registers through a loop.
(module
  (memory (export "memory") 4 4)

  ;; Decodes `length` characters, a multiple of 4, at `from` to `to`. Reads and writes up to 16 bytes beyond both.
  ;; Returns 0, or 1 where one of them is outside of the alphabet.
  (func (export "decode") (param $from i32) (param $length i32) (param $to i32) (result i32)
    (local $end i32)
    (local $text v128)
    (local $high v128)
    (local $bad v128)
    (local $nibble v128)
    (local $slash v128)
    (local $badByLow v128)
    (local $badByHigh v128)
    (local $shiftByHigh v128)
    (local $evenBytes v128)
    (local $joinPairs v128)
    (local.set $nibble (v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f))
    (local.set $slash (v128.const i32x4 0x2f2f2f2f 0x2f2f2f2f 0x2f2f2f2f 0x2f2f2f2f))
    ;; A bit that is set in both tables' entries for a character's two halves says that it is illegal.
    (local.set $badByLow
      (v128.const i8x16 0x15 0x11 0x11 0x11 0x11 0x11 0x11 0x11 0x11 0x11 0x13 0x1a 0x1b 0x1b 0x1b 0x1a))
    (local.set $badByHigh
      (v128.const i8x16 0x10 0x10 0x01 0x02 0x04 0x08 0x04 0x08 0x10 0x10 0x10 0x10 0x10 0x10 0x10 0x10))
    ;; The slash stands at 1, where no legal character's upper half is.
    (local.set $shiftByHigh (v128.const i8x16 0 16 19 4 -65 -65 -71 -71 0 0 0 0 0 0 0 0))
    (local.set $evenBytes (v128.const i32x4 0x00ff00ff 0x00ff00ff 0x00ff00ff 0x00ff00ff))
    (local.set $joinPairs (v128.const i32x4 0x00011000 0x00011000 0x00011000 0x00011000))
    (local.set $end (i32.add (local.get $from) (local.get $length)))
    ;; The last step takes in what is behind the end, which therefore has to be legal.
    (v128.store
      (local.get $end)
      (v128.const i32x4 0x41414141 0x41414141 0x41414141 0x41414141))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (local.set $text (v128.load (local.get $from)))
        (local.set $high
          (v128.and (i32x4.shr_u (local.get $text) (i32.const 4)) (local.get $nibble)))
        (local.set $bad
          (v128.or
            (local.get $bad)
            (v128.and
              (i8x16.swizzle
                (local.get $badByLow)
                (v128.and (local.get $text) (local.get $nibble)))
              (i8x16.swizzle (local.get $badByHigh) (local.get $high)))))
        ;; Characters to values of 6 bits.
        (local.set $text
          (i8x16.add
            (local.get $text)
            (i8x16.swizzle
              (local.get $shiftByHigh)
              (i8x16.add
                (local.get $high)
                (i8x16.eq (local.get $text) (local.get $slash))))))
        ;; Two of them to 12 bits, two of those to 24.
        (local.set $text
          (v128.or
            (i16x8.shl (v128.and (local.get $text) (local.get $evenBytes)) (i32.const 6))
            (i16x8.shr_u (local.get $text) (i32.const 8))))
        (local.set $text (i32x4.dot_i16x8_s (local.get $text) (local.get $joinPairs)))
        (v128.store
          (local.get $to)
          (i8x16.shuffle 2 1 0 6 5 4 10 9 8 14 13 12 16 16 16 16
            (local.get $text)
            (local.get $text)))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (local.set $to (i32.add (local.get $to) (i32.const 12)))
        (br $next)))
    (v128.any_true (local.get $bad)))

  ;; Encodes `length` bytes at `from` to `to`, without padding. Reads and writes up to 16 bytes beyond both.
  (func (export "encode") (param $from i32) (param $length i32) (param $to i32)
    (local $end i32)
    (local $bits v128)
    (local $spread v128)
    (local $second v128)
    (local $third v128)
    (local $fourth v128)
    (local $lastLower v128)
    (local $lowerBegins v128)
    (local $upper v128)
    (local $shift v128)
    ;; Three bytes to the lower 24 bits of four.
    (local.set $spread (v128.const i8x16 2 1 0 -1 5 4 3 -1 8 7 6 -1 11 10 9 -1))
    (local.set $second (v128.const i32x4 0x3f00 0x3f00 0x3f00 0x3f00))
    (local.set $third (v128.const i32x4 0x3f0000 0x3f0000 0x3f0000 0x3f0000))
    (local.set $fourth (v128.const i32x4 0x3f000000 0x3f000000 0x3f000000 0x3f000000))
    (local.set $lastLower (v128.const i32x4 0x33333333 0x33333333 0x33333333 0x33333333))
    (local.set $lowerBegins (v128.const i32x4 0x1a1a1a1a 0x1a1a1a1a 0x1a1a1a1a 0x1a1a1a1a))
    (local.set $upper (v128.const i32x4 0x0d0d0d0d 0x0d0d0d0d 0x0d0d0d0d 0x0d0d0d0d))
    ;; From a value to its character: of a to z, the ten digits, plus, slash, A to Z.
    (local.set $shift (v128.const i8x16 71 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -19 -16 65 0 0))
    (local.set $end (i32.add (local.get $from) (local.get $length)))
    ;; The bits that fill up the last character are zero.
    (v128.store (local.get $end) (v128.const i32x4 0 0 0 0))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (local.set $bits (i8x16.swizzle (v128.load (local.get $from)) (local.get $spread)))
        ;; 24 bits to four values of 6.
        (local.set $bits
          (v128.or
            (v128.or
              (i32x4.shr_u (local.get $bits) (i32.const 18))
              (v128.and (i32x4.shr_u (local.get $bits) (i32.const 4)) (local.get $second)))
            (v128.or
              (v128.and (i32x4.shl (local.get $bits) (i32.const 10)) (local.get $third))
              (v128.and (i32x4.shl (local.get $bits) (i32.const 24)) (local.get $fourth)))))
        (v128.store
          (local.get $to)
          (i8x16.add
            (local.get $bits)
            (i8x16.swizzle
              (local.get $shift)
              (v128.or
                (i8x16.sub_sat_u (local.get $bits) (local.get $lastLower))
                (v128.and
                  (i8x16.lt_s (local.get $bits) (local.get $lowerBegins))
                  (local.get $upper))))))
        (local.set $from (i32.add (local.get $from) (i32.const 12)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (br $next)))))
