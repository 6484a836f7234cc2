#include "textflag.h"

// func leastAVX512(v, a, b, shingles []uint64)
//
// Sixteen values at a time stay in Z0 and Z1 over all shingles.
TEXT ·leastAVX512(SB), NOSPLIT, $0-96
	MOVQ v_base+0(FP), DI
	MOVQ v_len+8(FP), CX
	MOVQ a_base+24(FP), SI
	MOVQ b_base+48(FP), DX
	MOVQ shingles_base+72(FP), R8
	MOVQ shingles_len+80(FP), R9

values512:
	VMOVDQU64 (DI), Z0
	VMOVDQU64 64(DI), Z1
	VMOVDQU64 (SI), Z2
	VMOVDQU64 64(SI), Z3
	VMOVDQU64 (DX), Z4
	VMOVDQU64 64(DX), Z5
	MOVQ      R8, R10
	MOVQ      R9, R11

shingle512:
	VPBROADCASTQ (R10), Z6
	VPMULLQ      Z2, Z6, Z7
	VPMULLQ      Z3, Z6, Z8
	VPADDQ       Z4, Z7, Z7
	VPADDQ       Z5, Z8, Z8
	VPMINUQ      Z7, Z0, Z0
	VPMINUQ      Z8, Z1, Z1
	ADDQ         $8, R10
	DECQ         R11
	JNE          shingle512

	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z1, 64(DI)
	ADDQ      $128, DI
	ADDQ      $128, SI
	ADDQ      $128, DX
	SUBQ      $16, CX
	JNE       values512
	VZEROUPPER
	RET

// func leastAVX2(v, a, b, shingles []uint64)
//
// Eight values at a time stay in Y0 and Y1. With the highest bit of values and
// b flipped, the comparison, which is of signed numbers, is right.
TEXT ·leastAVX2(SB), NOSPLIT, $0-96
	MOVQ v_base+0(FP), DI
	MOVQ v_len+8(FP), CX
	MOVQ a_base+24(FP), SI
	MOVQ b_base+48(FP), DX
	MOVQ shingles_base+72(FP), R8
	MOVQ shingles_len+80(FP), R9

	VPCMPEQD Y15, Y15, Y15
	VPSLLQ   $63, Y15, Y15

values2:
	VPXOR   (DI), Y15, Y0
	VPXOR   32(DI), Y15, Y1
	VMOVDQU (SI), Y2
	VMOVDQU 32(SI), Y3
	VPSRLQ  $32, Y2, Y4
	VPSRLQ  $32, Y3, Y5
	VPXOR   (DX), Y15, Y6
	VPXOR   32(DX), Y15, Y7
	MOVQ    R8, R10
	MOVQ    R9, R11

shingle2:
	VPBROADCASTQ (R10), Y8
	VPSRLQ       $32, Y8, Y9
	VPMULUDQ     Y2, Y9, Y10
	VPMULUDQ     Y3, Y9, Y11
	VPMULUDQ     Y4, Y8, Y12
	VPMULUDQ     Y5, Y8, Y13
	VPADDQ       Y12, Y10, Y10
	VPADDQ       Y13, Y11, Y11
	VPSLLQ       $32, Y10, Y10
	VPSLLQ       $32, Y11, Y11
	VPMULUDQ     Y2, Y8, Y12
	VPMULUDQ     Y3, Y8, Y13
	VPADDQ       Y6, Y10, Y10
	VPADDQ       Y7, Y11, Y11
	VPADDQ       Y12, Y10, Y10
	VPADDQ       Y13, Y11, Y11
	VPCMPGTQ     Y10, Y0, Y12
	VPCMPGTQ     Y11, Y1, Y13
	VBLENDVPD    Y12, Y10, Y0, Y0
	VBLENDVPD    Y13, Y11, Y1, Y1
	ADDQ         $8, R10
	DECQ         R11
	JNE          shingle2

	VPXOR   Y0, Y15, Y0
	VPXOR   Y1, Y15, Y1
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	ADDQ    $64, DI
	ADDQ    $64, SI
	ADDQ    $64, DX
	SUBQ    $8, CX
	JNE     values2
	VZEROUPPER
	RET

// func leastPrimesAVX512(v, a, b, shingles []uint64)
//
// As leastAVX512. What is left of h mod 2^61-1 is h>>61 + h&(2^61-1), less 2^61-1
// where that is no less: of the two the smaller one, since below zero is large.
TEXT ·leastPrimesAVX512(SB), NOSPLIT, $0-96
	MOVQ v_base+0(FP), DI
	MOVQ v_len+8(FP), CX
	MOVQ a_base+24(FP), SI
	MOVQ b_base+48(FP), DX
	MOVQ shingles_base+72(FP), R8
	MOVQ shingles_len+80(FP), R9

	MOVQ         $0x1fffffffffffffff, AX
	VPBROADCASTQ AX, Z16

primes512:
	VMOVDQU64 (DI), Z0
	VMOVDQU64 64(DI), Z1
	VMOVDQU64 (SI), Z2
	VMOVDQU64 64(SI), Z3
	VMOVDQU64 (DX), Z4
	VMOVDQU64 64(DX), Z5
	MOVQ      R8, R10
	MOVQ      R9, R11

prime512:
	VPBROADCASTQ (R10), Z6
	VPMULLQ      Z2, Z6, Z7
	VPMULLQ      Z3, Z6, Z8
	VPADDQ       Z4, Z7, Z7
	VPADDQ       Z5, Z8, Z8
	VPSRLQ       $61, Z7, Z9
	VPSRLQ       $61, Z8, Z10
	VPANDQ       Z16, Z7, Z7
	VPANDQ       Z16, Z8, Z8
	VPADDQ       Z9, Z7, Z7
	VPADDQ       Z10, Z8, Z8
	VPSUBQ       Z16, Z7, Z9
	VPSUBQ       Z16, Z8, Z10
	VPMINUQ      Z9, Z7, Z7
	VPMINUQ      Z10, Z8, Z8
	VPMINUQ      Z7, Z0, Z0
	VPMINUQ      Z8, Z1, Z1
	ADDQ         $8, R10
	DECQ         R11
	JNE          prime512

	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z1, 64(DI)
	ADDQ      $128, DI
	ADDQ      $128, SI
	ADDQ      $128, DX
	SUBQ      $16, CX
	JNE       primes512
	VZEROUPPER
	RET
